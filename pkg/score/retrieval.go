package score

import (
	"context"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// retrieval measures what a search found against the ids that are right: the case's relevant, or without
// it its expected. What was found is the sample's, or with path a list of ids in a JSON answer.
type retrieval struct {
	K         int      `yaml:"k" json:"k"`       // looks at the first k; 0 means all
	Gain      string   `yaml:"gain" json:"gain"` // of ndcg: linear (trec_eval's), exponential
	Threshold *float64 `yaml:"threshold" json:"threshold"`
	Path      string   `yaml:"path" json:"path"`

	name    string
	measure func(ranked []string, g metric.Grades, k int) (float64, bool)
}

// newRetrieval makes the constructor for one measure.
func newRetrieval(name string, measure func([]string, metric.Grades, int) (float64, bool)) func(retrieval) (Scorer, error) {
	return func(o retrieval) (Scorer, error) {
		if o.K < 0 {
			return nil, badOption("k", "want a whole number from 1, or 0 for all")
		}
		if o.Gain != "linear" && o.Gain != "exponential" || o.Gain == "exponential" && name != "ndcg" {
			return nil, badOption("gain", "want linear, or for ndcg exponential")
		}
		o.name, o.measure = name, measure
		return &o, checkThreshold(o.Threshold)
	}
}

// Score measures the ranking. A case without a relevant document is unscored, as trec_eval leaves it out.
func (o *retrieval) Score(_ context.Context, s *Sample) Outcome {
	grades := metric.Grades(s.Relevant)
	if grades == nil {
		grades = metric.Grades{}
		for _, id := range s.Expected {
			grades[id] = 1
		}
	}
	if len(grades) == 0 {
		return unscored("the case has neither relevant nor expected")
	}
	ranked, out := o.ranked(s)
	if out != nil {
		return *out
	}
	if o.Gain == "exponential" {
		grades = grades.Exponential()
	}
	value, ok := o.measure(ranked, grades, o.K)
	if !ok {
		return unscored("%s has no value: no document of the case is relevant, or none was found", o.name)
	}
	what := o.name
	if o.K > 0 {
		what += fmt.Sprintf("@%d", o.K)
	}
	return graded(value, o.Threshold, what)
}

func (o *retrieval) ranked(s *Sample) ([]string, *Outcome) {
	if o.Path == "" {
		if s.Retrieved == nil {
			out := unscored("what was retrieved is unknown")
			return nil, &out
		}
		return s.Retrieved, nil
	}
	text, err := pick(s.Output, o.Path)
	if err != nil {
		out := unreadable(err)
		return nil, &out
	}
	value, err := metric.ReadJSON(text)
	list, ok := value.([]any)
	if err != nil || !ok {
		return nil, &Outcome{Why: o.Path + " is no list of ids", malformed: true}
	}
	ids := make([]string, len(list))
	for i, id := range list {
		ids[i] = jsonText(id)
	}
	return ids, nil
}

// hitRate is 1 where one of the first k is relevant.
func hitRate(ranked []string, g metric.Grades, k int) (float64, bool) {
	rr, ok := metric.ReciprocalRank(ranked, g, k)
	if rr > 0 {
		rr = 1
	}
	return rr, ok
}

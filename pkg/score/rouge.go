package score

import (
	"context"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// rouge gives google-research's ROUGE to the expected answer that it is highest for.
type rouge struct {
	Stemmer   bool     `yaml:"stemmer" json:"stemmer"` // Porter's, for English
	Measure   string   `yaml:"measure" json:"measure"` // fmeasure, precision, recall
	Threshold *float64 `yaml:"threshold" json:"threshold"`
	Field     string   `yaml:"field" json:"field"`
	Path      string   `yaml:"path" json:"path"`

	with against
	kind string
}

// newRouge makes the constructor for one of rouge1, rouge2, rougeL and rougeLsum.
func newRouge(kind string) func(rouge) (Scorer, error) {
	return func(o rouge) (Scorer, error) {
		if o.Measure != "fmeasure" && o.Measure != "precision" && o.Measure != "recall" {
			return nil, badOption("measure", "want fmeasure, precision or recall")
		}
		if err := checkThreshold(o.Threshold); err != nil {
			return nil, err
		}
		o.kind = kind
		var err error
		o.with, err = newAgainst(o.Field)
		return &o, err
	}
}

// Score takes the best of the expected answers.
func (o *rouge) Score(ctx context.Context, s *Sample) Outcome {
	got, wants, out := o.with.pair(s, o.Path)
	if out != nil {
		return *out
	}
	best, counted := 0.0, false
	for _, want := range wants {
		if ctx.Err() != nil {
			return unscored("%v", ctx.Err())
		}
		if o.kind != "rouge1" && o.kind != "rouge2" && tooLong(got, want) {
			return unscored("texts of %d and %d bytes are too long to compare", len(got), len(want))
		}
		if len(metric.RougeTokens(want, false)) > 0 {
			counted = true
			best = max(best, o.measure(o.compute(got, want)))
		}
	}
	if !counted {
		return unscored("ROUGE counts words of a to z and 0 to 9, and expected %s has none", quoteAny(wants))
	}
	return graded(best, o.Threshold, fmt.Sprintf("%s (%s)", o.kind, o.Measure))
}

func (o *rouge) compute(got, want string) metric.Rouge {
	switch o.kind {
	case "rouge1":
		return metric.RougeN(got, want, 1, o.Stemmer)
	case "rouge2":
		return metric.RougeN(got, want, 2, o.Stemmer)
	case "rougeLsum":
		return metric.RougeLsum(got, want, o.Stemmer)
	}
	return metric.RougeL(got, want, o.Stemmer)
}

func (o *rouge) measure(r metric.Rouge) float64 {
	switch o.Measure {
	case "precision":
		return r.Precision
	case "recall":
		return r.Recall
	}
	return r.FMeasure
}

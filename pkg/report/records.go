package report

import (
	"fmt"
	"iter"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// records streams the run's records; a run that ended before anything was written has none.
func (r Run) records() iter.Seq2[*eval.Record, error] {
	if r.Outcome.Dir == "" {
		return func(func(*eval.Record, error) bool) {}
	}
	return eval.Records(r.Outcome.Dir)
}

// inputs gives the func that tells the questions of records, and one to call when it is done.
func (r Run) inputs() (input func(*eval.Record) string, done func()) {
	if r.Questions == nil {
		return func(*eval.Record) string { return "" }, func() {}
	}
	q := r.Questions()
	return q.Of, q.Close
}

// metricNames are the metrics of all runs, in the order in which they first come.
func metricNames(runs []Run) (names []string) {
	for _, r := range runs {
		for _, m := range r.Outcome.Result.Metrics {
			if !slices.Contains(names, m.Name) {
				names = append(names, m.Name)
			}
		}
	}
	return names
}

// Status is how one answer fared, the worst first: a call that failed, a metric that failed, one that
// is unscored, all passed. What no metric applies to has passed.
type Status string

// The states of an answer.
const (
	StatusError    Status = "error"
	StatusFail     Status = "fail"
	StatusUnscored Status = "unscored"
	StatusPass     Status = "pass"
)

// StatusOf tells how a record's answer fared.
func StatusOf(rec *eval.Record) Status {
	if rec.Error != nil {
		return StatusError
	}
	status := StatusPass
	if rec.Static() { // also where no metric applies: there is no answer of a model
		status = StatusUnscored
	}
	for _, s := range rec.Scores {
		switch {
		case s.Unscored != "":
			if status == StatusPass {
				status = StatusUnscored
			}
		case !s.Pass:
			return StatusFail
		}
	}
	return status
}

// statusCounts counts a run's answers by how they fared.
func (r Run) statusCounts() (map[Status]int, error) {
	counts := map[Status]int{}
	for rec, err := range r.records() {
		if err != nil {
			return nil, err
		}
		counts[StatusOf(rec)]++
	}
	return counts, nil
}

// caseName names a record's case, and its repeat where it is not the first.
func caseName(rec *eval.Record) string {
	if rec.Repeat == 0 {
		return rec.Case
	}
	return fmt.Sprintf("%s, repeat %d", rec.Case, rec.Repeat+1)
}

// expected is what the right answer is said to be, as text; "" when nothing is.
func expected(rec *eval.Record) string {
	switch {
	case len(rec.Expected) > 0:
		return plain(rec.Expected)
	case rec.Intent != "":
		return "intent: " + rec.Intent
	}
	return ""
}

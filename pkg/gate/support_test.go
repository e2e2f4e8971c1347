package gate

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// fake describes a stored run of one metric, "right", by the values of its cases.
type fake struct {
	info    eval.Info
	records []*eval.Record
}

func newFake(id string) *fake {
	return &fake{info: eval.Info{
		ID: id, Suite: "fake", Status: eval.StatusComplete, Repeat: 1,
		Metrics: []eval.MetricID{{Name: "right", Type: "exact", Hash: "h"}},
	}}
}

// add records an answer; a negative value is unscored.
func (f *fake) add(id string, value float64) *eval.Record {
	rec := &eval.Record{Seq: len(f.records), Case: id, Hash: "same", Scores: map[string]eval.Score{"right": scoreOf(value)}}
	f.records = append(f.records, rec)
	return rec
}

func scoreOf(value float64) eval.Score {
	if value < 0 {
		return eval.Score{Unscored: "no answer"}
	}
	return eval.Score{Value: &value, Pass: value >= 0.5}
}

func (f *fake) run(t testing.TB) *Run {
	t.Helper()
	r, err := Collect(f.info, f.all())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (f *fake) all() iter.Seq2[*eval.Record, error] {
	return func(yield func(*eval.Record, error) bool) {
		for _, r := range f.records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// of makes a run of values, one per case.
func of(id string, values ...float64) *fake {
	f := newFake(id)
	for i, v := range values {
		f.add(caseID(i), v)
	}
	return f
}

func caseID(i int) string { return fmt.Sprintf("case-%05d", i) }

// values are n of a value.
func values(n int, v float64) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = v
	}
	return list
}

func judge(t testing.TB, baseline, candidate *fake, o Options) *Result {
	t.Helper()
	r, err := Judge(t.Context(), baseline.run(t), candidate.run(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rerunFunc makes a function a Rerunner.
type rerunFunc func(side Side, id string) (bool, error)

func (f rerunFunc) Rerun(_ context.Context, side Side, id string, _ []string) (bool, error) {
	return f(side, id)
}

// world is a pair of prompts whose cases pass with known probabilities.
type world struct {
	baseline, candidate []float64
	rng                 *rand.Rand
}

func (w *world) run(id string, side Side) *fake {
	f := newFake(id)
	for i := range w.baseline {
		value := 0.0
		if w.pass(side, i) {
			value = 1
		}
		f.add(caseID(i), value)
	}
	return f
}

func (w *world) pass(side Side, i int) bool {
	if side == Baseline {
		return w.rng.Float64() < w.baseline[i]
	}
	return w.rng.Float64() < w.candidate[i]
}

func (w *world) Rerun(_ context.Context, side Side, id string, _ []string) (bool, error) {
	var i int
	if _, err := fmt.Sscanf(id, "case-%d", &i); err != nil {
		return false, err
	}
	return w.pass(side, i), nil
}

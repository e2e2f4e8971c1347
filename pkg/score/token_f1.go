package score

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// tokenF1 gives SQuAD's F1 of the words that the answer shares with the nearest expected one.
type tokenF1 struct {
	Threshold *float64 `yaml:"threshold" json:"threshold"` // what passes; without one every answer does
	Field     string   `yaml:"field" json:"field"`
	Path      string   `yaml:"path" json:"path"`

	with against
}

func newTokenF1(o tokenF1) (Scorer, error) {
	if err := checkThreshold(o.Threshold); err != nil {
		return nil, err
	}
	var err error
	o.with, err = newAgainst(o.Field)
	return &o, err
}

// Score takes the best of the expected answers.
func (o *tokenF1) Score(_ context.Context, s *Sample) Outcome {
	got, wants, out := o.with.pair(s, o.Path)
	if out != nil {
		return *out
	}
	return graded(metric.TokenF1(got, wants...), o.Threshold, "F1 to "+quoteAny(wants))
}

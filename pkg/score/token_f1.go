package score

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// tokenF1 gives SQuAD's F1 of the words that the answer shares with the nearest expected one, or Inspect's.
type tokenF1 struct {
	Threshold *float64 `yaml:"threshold" json:"threshold"`             // what passes; without one every answer does
	Sets      bool     `yaml:"sets" json:"sets,omitempty"`             // Inspect's F1 instead: sets of words, rounded
	StopWords texts    `yaml:"stop_words" json:"stop_words,omitempty"` // that sets leaves out
	Field     string   `yaml:"field" json:"field"`
	Path      string   `yaml:"path" json:"path"`

	with against
}

func newTokenF1(o tokenF1) (Scorer, error) {
	if err := checkThreshold(o.Threshold); err != nil {
		return nil, err
	}
	if o.StopWords != nil && !o.Sets {
		return nil, badOption("stop_words", "is for sets: true; SQuAD's F1 leaves out a, an and the only")
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
	f1 := metric.TokenF1(got, wants...)
	if o.Sets {
		f1 = metric.WordSetF1(got, wants, o.StopWords...)
	}
	return graded(f1, o.Threshold, "F1 to "+quoteAny(wants))
}

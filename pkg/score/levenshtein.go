package score

import (
	"context"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// levenshtein gives the similarity to the nearest expected answer, from 0 to 1; threshold (1 unless
// given) is what passes.
type levenshtein struct {
	Threshold float64 `yaml:"threshold" json:"threshold"`
	Swaps     bool    `yaml:"transpositions" json:"transpositions,omitempty"` // two neighbours that change places are one edit
	Field     string  `yaml:"field" json:"field"`
	Path      string  `yaml:"path" json:"path"`

	with against
}

// maxCells bounds the table of a comparison: about a second of work. The one with transpositions is kept in memory
// as a whole: 16 MB.
const (
	maxCells     = 400e6
	maxSwapCells = 4e6
)

func newLevenshtein(o levenshtein) (Scorer, error) {
	if !(o.Threshold >= 0 && o.Threshold <= 1) {
		return nil, badOption("threshold", "want a number from 0 to 1")
	}
	var err error
	o.with, err = newAgainst(o.Field)
	return &o, err
}

// Score takes the best of the expected answers.
func (o *levenshtein) Score(ctx context.Context, s *Sample) Outcome {
	wants, missing := o.with.of(s)
	if missing != "" {
		return unscored("%s", missing)
	}
	got, err := pick(s.Output, o.Path)
	if err != nil {
		return unreadable(err)
	}
	similarity, limit := metric.LevenshteinSimilarity, maxCells
	if o.Swaps {
		similarity, limit = metric.DamerauSimilarity, maxSwapCells
	}
	best := 0.0
	for _, want := range wants {
		if ctx.Err() != nil {
			return unscored("%v", ctx.Err())
		}
		if float64(len(got))*float64(len(want)) > limit {
			return unscored("texts of %d and %d bytes are too long to compare", len(got), len(want))
		}
		best = max(best, similarity(got, want))
	}
	out := Outcome{Value: best, Pass: best >= o.Threshold}
	if !out.Pass {
		out.Why = fmt.Sprintf("similarity %.3f to %s is below %g", best, quoteAny(wants), o.Threshold)
	}
	return out
}

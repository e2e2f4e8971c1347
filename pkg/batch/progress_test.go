package batch_test

import (
	"context"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/batch"
)

// The first record is answered last; the share of the input that is done does not fall back to its place.
func TestShareNeverFalls(t *testing.T) {
	const n = 40
	cfg := config(t, questions(n))
	var shares []float64
	first := make(chan struct{})
	cfg.Progress = func(p batch.Progress) {
		if shares = append(shares, p.Share); len(shares) == n-1 {
			close(first)
		}
	}
	model := &asked{before: func(_ context.Context, q string, _ int) error {
		if q == "r0" {
			<-first
		}
		return nil
	}}
	if _, err := run(t, cfg, caller(model, nil)); err != nil {
		t.Fatal(err)
	}
	last := 0.0
	for i, share := range shares {
		if share < last {
			t.Fatalf("the share fell from %g to %g after %d records", last, share, i+1)
		}
		last = share
	}
	if len(shares) != n || last != 1 {
		t.Errorf("%d steps, the last at %g; want %d and 1", len(shares), last, n)
	}
}

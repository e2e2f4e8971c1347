package estimate_test

import (
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/estimate"
)

// A call that is made many times takes the mean that often, and not its next whole number.
func TestTimesKeepToTheMean(t *testing.T) {
	e := newEstimator(t, func(c *estimate.Config) {
		c.Histories = []estimate.History{history(func(estimate.Key) *estimate.Sample { return sampleOf(1, 1, 1, 2, 2) })} // mean 1.4
	})
	call := ask(question, 100)
	call.Times = 100
	if err := e.Add(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	got := one(t, e)
	if got.Output.Expected != 140 || got.Calls != 100 {
		t.Errorf("%d output tokens of %d calls; want 140 of 100", got.Output.Expected, got.Calls)
	}
	if want := exact(t, 100*questionTokens, 140, "0.15", "0.6"); got.Cost.Expected != want {
		t.Errorf("cost %s; want %s", got.Cost.Expected, want)
	}
}

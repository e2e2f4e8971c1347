package stats_test

import (
	"math"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// The interval of a share lies close to Wilson's, and the same seed gives it again.
func TestBootstrapOfAShare(t *testing.T) {
	const n, k = 1000, 300
	share := func(times []uint8) []float64 {
		hits := 0
		for _, c := range times[:k] {
			hits += int(c)
		}
		return []float64{float64(hits) / n, math.NaN()}
	}
	got := stats.Bootstrap(n, 0.95, 7, share)
	want := stats.Wilson(k, n, 0.95)
	if math.Abs(got[0].Low-want.Low) > 0.005 || math.Abs(got[0].High-want.High) > 0.005 {
		t.Errorf("got %v, Wilson's is %v", got[0], want)
	}
	if !math.IsNaN(got[1].Low) || !math.IsNaN(got[1].High) {
		t.Errorf("a figure that is never known has the interval %v", got[1])
	}
	if again := stats.Bootstrap(n, 0.95, 7, share); again[0] != got[0] {
		t.Errorf("the same seed gave %v and %v", got[0], again[0])
	}
	if none := stats.Bootstrap(0, 0.95, 7, share); len(none) != 0 {
		t.Errorf("no cases have the intervals %v", none)
	}
}

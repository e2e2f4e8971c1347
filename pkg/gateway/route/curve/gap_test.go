package curve_test

import (
	"math"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route/curve"
)

// A share that recovers just half of the gap is the threshold, also where the sums of thirds are off by a rounding error.
func TestCPTAtAPointOfTheCurve(t *testing.T) {
	const n = 1319.0
	points := []curve.Point{{Share: 0, Quality: 842 / n}, {Share: 443 / n, Quality: 985 / n}, {Share: 444 / n, Quality: 986 / n}}
	points = append(points, curve.Point{Share: 445 / n, Quality: 986 / n}, curve.Point{Share: 446 / n, Quality: 987 / n}, curve.Point{Share: 1, Quality: 1130 / n})
	if got := curve.CPT(points, 0.5); math.Abs(got-444/n) > 1e-9 {
		t.Errorf("CPT is at %.3f of %g calls, want 444", got*n, n)
	}
}

// There is no share of a quality of nothing.
func TestLostOfNothing(t *testing.T) {
	list := items()
	for i := range list {
		list[i].Weak, list[i].Strong = 1, 0
	}
	r := curve.Measure(list, 2)
	for name, v := range map[string]float64{"weak": r.Weak.Lost.Value, "strong": r.Strong.Lost.Value, "medium": r.Thresholds[0].Lost.Value} {
		if !math.IsNaN(v) {
			t.Errorf("%s loses %g of nothing", name, v)
		}
	}
}

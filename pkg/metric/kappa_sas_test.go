package metric

import (
	"math"
	"strconv"
	"testing"
)

// The table of two dermatologists and its kappas from the SAS documentation (PROC FREQ, «Cohen's kappa
// coefficient»): simple, and weighted linearly.
func TestKappaOfSAS(t *testing.T) {
	var a, b []string
	for i, row := range [][]int{{10, 4, 1, 0}, {5, 10, 12, 2}, {2, 4, 12, 5}, {0, 2, 6, 13}} {
		for j, n := range row {
			for range n {
				a, b = append(a, strconv.Itoa(i)), append(b, strconv.Itoa(j))
			}
		}
	}
	for weights, want := range map[KappaWeights][3]float64{
		KappaUnweighted: {0.3449, 0.2030, 0.4868},
		KappaLinear:     {0.5082, 0.3798, 0.6366},
	} {
		got, ok := CohenKappa(a, b, []string{"0", "1", "2", "3"}, weights, 0.95)
		for i, x := range []float64{got.Kappa, got.Low, got.High} {
			if !ok || math.Abs(x-want[i]) > 5e-5 {
				t.Errorf("weights %q: got %.5f, want %.4f", weights, x, want[i])
			}
		}
	}
}

package stats

import (
	"math"
	"testing"
)

// The table of two dermatologists and its kappas from the SAS documentation (PROC FREQ, «Agreement Study Example»),
// whose weights are linear for the second.
func TestKappaOfSAS(t *testing.T) {
	table := [][]int{{10, 4, 1, 0}, {5, 10, 12, 2}, {2, 4, 12, 5}, {0, 2, 6, 13}}
	linear := func(i, j int) float64 { return 1 - math.Abs(float64(i-j))/3 }
	for name, c := range map[string]struct {
		w    Weight
		want [3]float64
	}{
		"simple":   {Nominal, [3]float64{0.3449, 0.2030, 0.4868}},
		"weighted": {linear, [3]float64{0.5082, 0.3798, 0.6366}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Kappa(table, c.w, 0.95)
			for i, x := range []float64{got.Kappa, got.Interval.Low, got.Interval.High} {
				if math.Abs(x-c.want[i]) > 5e-5 {
					t.Errorf("got %.5f, want %.4f", x, c.want[i])
				}
			}
			if got.N != 88 {
				t.Errorf("N is %d", got.N)
			}
		})
	}
}

func TestKappaAtItsEnds(t *testing.T) {
	if got := Kappa([][]int{{5, 0}, {0, 5}}, Nominal, 0.95); got.Kappa != 1 || got.Interval != (Interval{1, 1}) {
		t.Errorf("perfect agreement: %+v", got)
	}
	if got := Kappa([][]int{{0, 5}, {5, 0}}, Nominal, 0.95); got.Kappa != -1 {
		t.Errorf("perfect disagreement: %+v", got)
	}
	for name, table := range map[string][][]int{"one category": {{7, 0}, {0, 0}}, "nothing": {{0, 0}, {0, 0}}, "no table": nil} {
		if got := Kappa(table, Nominal, 0.95); !math.IsNaN(got.Kappa) || !math.IsNaN(got.Interval.Low) {
			t.Errorf("%s: %+v, want no kappa", name, got)
		}
	}
}

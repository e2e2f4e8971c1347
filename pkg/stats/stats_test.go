package stats

import (
	"fmt"
	"math"
	"testing"
)

func ExampleWilson() {
	iv := Wilson(286, 1319, 0.95)
	fmt.Printf("%.4f to %.4f", iv.Low, iv.High)
	// Output: 0.1954 to 0.2399
}

func TestIntervals(t *testing.T) {
	x := []float64{0.1, 0.4, 0.35, 0.8}
	ones, two := []float64{1, 1, 1, 1}, []float64{2, 2, 2, 2}
	student, ok := MeanInterval(x, 0.95)
	if !ok || math.Abs(student.Low-(-0.048566)) > 1e-5 || math.Abs(student.High-0.873566) > 1e-5 {
		t.Errorf("Student's interval is %v", student)
	}
	for _, w := range [][]float64{ones, two} {
		if iv, ok := WeightedMeanInterval(x, w, 0.95); !ok || math.Abs(iv.Low-student.Low) > 1e-12 {
			t.Errorf("equal weights give %v, not Student's %v", iv, student)
		}
	}
	if iv, ok := ClusteredMeanInterval(x, ones, []string{"a", "b", "c", "d"}, 0.95); !ok || math.Abs(iv.Low-student.Low) > 1e-12 {
		t.Errorf("clusters of one give %v, not Student's %v", iv, student)
	}
	for name, got := range map[string]bool{
		"one value":          second(MeanInterval(x[:1], 0.95)),
		"one weighted value": second(WeightedMeanInterval(x[:1], ones, 0.95)),
		"one cluster":        second(ClusteredMeanInterval(x, nil, []string{"a", "a", "a", "a"}, 0.95)),
	} {
		if got {
			t.Errorf("%s has an interval", name)
		}
	}
	if iv := Wilson(0, 0, 0.95); iv != (Interval{0, 1}) {
		t.Errorf("no trials give %v", iv)
	}
}

func second(_ Interval, ok bool) bool { return ok }

func TestQuantiles(t *testing.T) {
	for _, df := range []float64{1, 3, 30, 1e6} {
		for _, p := range []float64{0.001, 0.3, 0.5, 0.9, 0.9999} {
			if back := TCDF(TQuantile(p, df), df); math.Abs(back-p) > 1e-10 {
				t.Errorf("TCDF(TQuantile(%v, %v)) = %v", p, df, back)
			}
		}
	}
	for _, bad := range []float64{0, 1, -1, math.NaN()} {
		if q := TQuantile(bad, 5); !math.IsNaN(q) {
			t.Errorf("TQuantile(%v) = %v, want NaN", bad, q)
		}
	}
	if q := NormalQuantile(0.975); math.Abs(q-1.959963984540054) > 1e-12 {
		t.Errorf("NormalQuantile(0.975) = %v", q)
	}
}

func TestSums(t *testing.T) {
	if s := Sum([]float64{1, 1e100, 1, -1e100}); s != 2 {
		t.Errorf("Sum lost its small values: %v", s)
	}
	if !math.IsNaN(Mean(nil)) || !math.IsNaN(StdErr([]float64{1})) {
		t.Error("the mean of nothing and the error of one value are NaN")
	}
	if m := WeightedMean([]float64{0, 1}, []float64{1, 3}); m != 0.75 {
		t.Errorf("WeightedMean = %v", m)
	}
}

// What never varied has an interval that is Wilson's at both ends, and none of width 0 between.
func TestSteadyInterval(t *testing.T) {
	for _, n := range []int{1, 8, 1000} {
		if got, want := SteadyInterval(1, n, 0.95), Wilson(n, n, 0.95); got != want {
			t.Errorf("n %d of 1: %v, want %v", n, got, want)
		}
		if got, want := SteadyInterval(0, n, 0.95), Wilson(0, n, 0.95); got.Low != 0 || math.Abs(got.High-want.High) > 1e-12 {
			t.Errorf("n %d of 0: %v, want %v", n, got, want)
		}
		if got := SteadyInterval(0.5, n, 0.95); math.Abs(got.Low+got.High-1) > 1e-12 || got.High <= got.Low {
			t.Errorf("n %d of 0.5: %v", n, got)
		}
	}
}

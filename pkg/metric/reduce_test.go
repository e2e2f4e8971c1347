package metric

import (
	"math"
	"testing"
)

func TestReductions(t *testing.T) {
	values := []float64{0, 1, 1, 0.5, 0}
	tests := []struct {
		text string
		want float64
		ok   bool
	}{
		{"", 0.5, true},
		{"mean", 0.5, true},
		{"mode", 0, true},
		{"pass@1", 0.4, true},
		{"pass@2", 0.7, true}, // 1 − C(3,2) ÷ C(5,2)
		{"pass@k", 1, true},
		{"pass@6", 0, false},
		{"pass^1", 0.4, true},
		{"pass^2", 0.1, true}, // C(2,2) ÷ C(5,2)
		{"pass^k", 0, true},
	}
	for _, tt := range tests {
		r, err := ParseReduction(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := r.For(len(values)).Of(len(values), 2, 2.5, values)
		if ok != tt.ok || math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%q gives %v, %t; want %v, %t", tt.text, got, ok, tt.want, tt.ok)
		}
		if tt.text != "" && r.String() != tt.text {
			t.Errorf("%q is written %q", tt.text, r.String())
		}
		if _, ok := r.For(1).Of(0, 0, 0, nil); ok {
			t.Errorf("%q makes a value of nothing", tt.text)
		}
	}
	for _, text := range []string{"median", "pass@0", "pass@-1", "pass@", "pass^+1", "pass@1e3", "Mean"} {
		if _, err := ParseReduction(text); err == nil {
			t.Errorf("%q is taken for a reduction", text)
		}
	}
}

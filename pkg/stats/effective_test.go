package stats

import (
	"math"
	"testing"
)

func TestEffectiveCount(t *testing.T) {
	for name, c := range map[string]struct {
		n       int
		w       []float64
		cluster []string
		want    float64
	}{
		"plain":           {4, nil, nil, 4},
		"equal weights":   {4, []float64{3, 3, 3, 3}, nil, 4},
		"one of two":      {2, []float64{1, 0}, nil, 1},
		"unequal weights": {2, []float64{3, 1}, nil, 1.6},
		"two clusters":    {4, nil, []string{"a", "a", "b", "b"}, 2},
		"unequal ones":    {4, nil, []string{"a", "a", "a", "b"}, 1.6},
		"no weight":       {2, []float64{0, 0}, nil, 0},
		"nothing":         {0, nil, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := EffectiveCount(c.n, c.w, c.cluster); math.Abs(got-c.want) > 1e-12 {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// A value of weight 0 is as good as absent.
func TestIntervalsPassOverWeightsOfZero(t *testing.T) {
	x, w := []float64{0, 1, 1, 9, 9}, []float64{1, 2, 1, 0, 0}
	want, _ := WeightedMeanInterval(x[:3], w[:3], 0.95)
	if got, ok := WeightedMeanInterval(x, w, 0.95); !ok || got != want {
		t.Errorf("weighted: %v, without the zeros %v", got, want)
	}
	if _, ok := WeightedMeanInterval(x[2:], w[2:], 0.95); ok {
		t.Error("one value that counts has an interval")
	}
	clusters := []string{"a", "a", "b", "c", "d"}
	want, _ = ClusteredMeanInterval(x[:3], w[:3], clusters[:3], 0.95)
	if got, ok := ClusteredMeanInterval(x, w, clusters, 0.95); !ok || got != want {
		t.Errorf("clustered: %v, without the zeros %v", got, want)
	}
}

// 95 % of a thousand leave out 25 values below and 25 above, but for the ends themselves.
func TestPercentilesAreNotOneOff(t *testing.T) {
	x := make([]float64, 1000)
	for i := range x {
		x[i] = float64(i + 1)
	}
	if iv := percentiles(x, 0.95); iv != (Interval{25, 975}) {
		t.Errorf("the interval is %v", iv)
	}
}

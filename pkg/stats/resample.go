package stats

import "math"

// Bootstrap gives percentile intervals of figures of n cases: the cases are drawn with replacement a thousand times,
// and figures gets how often each came. It has to give the same number of figures each time; one that is NaN is left
// out, and the interval of a figure that always is has NaN ends. The same seed gives the same result.
// Source: Efron and Tibshirani 1993, «An Introduction to the Bootstrap», section 13.3.
func Bootstrap(n int, confidence float64, seed uint64, figures func(times []uint8) []float64) []Interval {
	var drawn [][]float64
	resample(n, seed, func(times []uint8) {
		for i, v := range figures(times) {
			if i == len(drawn) {
				drawn = append(drawn, nil)
			}
			if !math.IsNaN(v) {
				drawn[i] = append(drawn[i], v)
			}
		}
	})
	out := make([]Interval, len(drawn))
	for i := range drawn {
		out[i] = percentiles(drawn[i], confidence)
	}
	return out
}

// Package stats holds intervals, tests and quantiles for evaluation results, each with its source. Start with
// Wilson for shares and MeanInterval for other means; to compare two runs of the same cases, with
// SignFlipTest.
package stats

import "math"

// Interval is a confidence interval, both ends included.
type Interval struct{ Low, High float64 }

// Wilson is the score interval of a share of k successes in n trials, without continuity correction.
// It is honest near 0 and 1, where the textbook interval has no width. n of 0 gives [0, 1].
// Source: Wilson 1927; Brown, Cai and DasGupta 2001, «Interval estimation for a binomial proportion».
func Wilson(k, n int, confidence float64) Interval {
	if n <= 0 {
		return Interval{0, 1}
	}
	z := NormalQuantile(0.5 + confidence/2)
	share, trials := float64(k)/float64(n), float64(n)
	scale := 1 + z*z/trials
	centre := (share + z*z/(2*trials)) / scale
	half := z / scale * math.Sqrt(share*(1-share)/trials+z*z/(4*trials*trials))
	iv := Interval{max(0, centre-half), min(1, centre+half)}
	if k == 0 {
		iv.Low = 0 // exactly, where rounding leaves 1e-17
	}
	if k == n {
		iv.High = 1
	}
	return iv
}

// SteadyInterval is one of a mean of n values between 0 and 1 that all were x, from which no error can be estimated. By
// Wilson's interval a share of 1−L of all cases may be otherwise, each by no more than down to 0 or up to 1: from x·L to
// x + (1−x)·(1−L), which for an x of 0 or 1 is Wilson's own.
func SteadyInterval(x float64, n int, confidence float64) Interval {
	low := Wilson(n, n, confidence).Low
	return Interval{x * low, x + (1-x)*(1-low)}
}

// MeanInterval is Student's interval of a mean, mean ± t·sd/√n with n−1 degrees of freedom. Fewer than
// two values have none: ok is false. Source: Student 1908.
func MeanInterval(x []float64, confidence float64) (iv Interval, ok bool) {
	if len(x) < 2 {
		return Interval{}, false
	}
	return around(Mean(x), StdErr(x), len(x)-1, confidence), true
}

// WeightedMeanInterval is MeanInterval for weighted values. The standard error is the ratio estimator's,
// √(n/(n−1)·Σw²(x−m)²) ÷ Σw, which is sd/√n where all weights are equal. Values of weight 0 are not counted.
// Source: Cochran 1977, «Sampling Techniques», chapter 6; Gatz and Smith 1995.
func WeightedMeanInterval(x, w []float64, confidence float64) (iv Interval, ok bool) {
	m, count, sum := WeightedMean(x, w), 0, 0.0
	for i := range x {
		d := w[i] * (x[i] - m)
		sum += d * d
		if w[i] != 0 {
			count++
		}
	}
	if count < 2 {
		return Interval{}, false
	}
	n := float64(count)
	se := math.Sqrt(n/(n-1)*sum) / Sum(w)
	return around(m, se, count-1, confidence), true
}

// ClusteredMeanInterval is the interval of a mean whose values come in clusters (questions on one text,
// say), by ClusteredStdErr with the correction and clusters−1 degrees of freedom. Fewer than two
// clusters have none, and one whose weights all are 0 is not counted. weights may be nil, which means 1 each.
// Source: Liang and Zeger 1986; Miller 2024, «Adding error bars to evals», section 2.2.
func ClusteredMeanInterval(x, w []float64, cluster []string, confidence float64) (iv Interval, ok bool) {
	_, groups := clusterWeights(w, cluster)
	if groups < 2 {
		return Interval{}, false
	}
	return around(WeightedMean(x, w), ClusteredStdErr(x, w, cluster, true), groups-1, confidence), true
}

func around(mean, se float64, df int, confidence float64) Interval {
	half := TQuantile(0.5+confidence/2, float64(df)) * se
	return Interval{mean - half, mean + half}
}

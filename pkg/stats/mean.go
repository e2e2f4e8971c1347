package stats

import "math"

// Sum adds up with the rounding error carried along, so that a million small values lose nothing.
// Source: Neumaier 1974.
func Sum(x []float64) float64 {
	sum, lost := 0.0, 0.0
	for _, v := range x {
		t := sum + v
		if math.Abs(sum) >= math.Abs(v) {
			lost += (sum - t) + v
		} else {
			lost += (v - t) + sum
		}
		sum = t
	}
	return sum + lost
}

// Mean is the arithmetic mean; of no values it is NaN.
func Mean(x []float64) float64 { return Sum(x) / float64(len(x)) }

// WeightedMean is Σwx ÷ Σw. A nil w means 1 each; weights that add up to 0 give NaN.
func WeightedMean(x, w []float64) float64 {
	if w == nil {
		return Mean(x)
	}
	products := make([]float64, len(x))
	for i := range x {
		products[i] = w[i] * x[i]
	}
	return Sum(products) / Sum(w)
}

// StdErr is the standard error of a mean: the sample's standard deviation (n−1) over √n. Fewer than two
// values give NaN.
func StdErr(x []float64) float64 {
	m, n := Mean(x), float64(len(x))
	if n < 2 {
		return math.NaN()
	}
	sum := 0.0
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / (n - 1) / n)
}

// ClusteredStdErr is the standard error of a mean whose values are independent between clusters only:
// √(Σ_c (Σ_{i∈c} w(x−m))²) ÷ Σw; correct multiplies the variance with G/(G−1) for G clusters. A nil w
// means 1 each. One cluster gives 0, since nothing varies between clusters.
// Source: Liang and Zeger 1986; Miller 2024; inspect_ai's stderr(cluster=…).
func ClusteredStdErr(x, w []float64, cluster []string, correct bool) float64 {
	m := WeightedMean(x, w)
	residual, weight, order := map[string]float64{}, 0.0, []string{}
	for i, v := range x {
		wi := 1.0
		if w != nil {
			wi = w[i]
		}
		if _, ok := residual[cluster[i]]; !ok {
			order = append(order, cluster[i])
		}
		residual[cluster[i]] += wi * (v - m)
		weight += wi
	}
	if len(order) < 2 {
		return 0
	}
	sum := 0.0
	for _, c := range order { // in the order of the cases, so that rounding is the same on every run
		sum += residual[c] * residual[c]
	}
	if correct {
		g := float64(len(order))
		sum *= g / (g - 1)
	}
	return math.Sqrt(sum) / weight
}

package stats

import (
	"math"
	"strconv"
)

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
	_, groups := clusterWeights(w, cluster)
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
	if groups < 2 {
		return 0
	}
	sum := 0.0
	for _, c := range order { // in the order of the cases, so that rounding is the same on every run
		sum += residual[c] * residual[c]
	}
	if correct {
		g := float64(groups)
		sum *= g / (g - 1)
	}
	return math.Sqrt(sum) / weight
}

// EffectiveCount is how many values of equal weight, each a cluster of its own, tell as much as these at the most:
// (Σw)² ÷ Σw² of the clusters' weights. n is the number of values; nil weights mean 1 each, nil clusters one each.
// Where no weight is above 0 it is 0. Source: Kish 1965, «Survey Sampling», section 11.7.
func EffectiveCount(n int, w []float64, cluster []string) float64 {
	if cluster == nil {
		cluster = make([]string, n)
		for i := range cluster {
			cluster[i] = strconv.Itoa(i)
		}
	}
	weights, _ := clusterWeights(w, cluster)
	sum, squares := 0.0, 0.0
	for _, x := range weights {
		sum += x
		squares += x * x
	}
	if !(squares > 0) {
		return 0
	}
	return sum * sum / squares
}

// clusterWeights adds up the weights of each cluster, in the order in which clusters come. groups counts those above 0.
func clusterWeights(w []float64, cluster []string) (weights []float64, groups int) {
	at := make(map[string]int)
	for i, c := range cluster {
		j, seen := at[c]
		if !seen {
			j = len(weights)
			weights = append(weights, 0)
			at[c] = j
		}
		if w == nil {
			weights[j]++
		} else {
			weights[j] += w[i]
		}
	}
	for _, x := range weights {
		if x > 0 {
			groups++
		}
	}
	return weights, groups
}

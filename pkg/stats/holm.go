package stats

import (
	"cmp"
	"slices"
)

// HolmAdjust gives p values adjusted so that the chance of one false alarm or more among all of them stays
// below the level each is compared with, whatever their dependence. The order is kept, p is not changed.
// Source: Holm 1979, «A simple sequentially rejective multiple test procedure».
func HolmAdjust(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	out, highest := make([]float64, len(p)), 0.0
	for rank, i := range order {
		highest = max(highest, min(1, float64(len(p)-rank)*p[i]))
		out[i] = highest
	}
	return out
}

package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Grouped holds values of cases, any number of each: Owner[i] is the case, from 0, that Values[i] belongs to.
type Grouped struct {
	Values []float64
	Owner  []int
}

// QuantileShift is how a quantile moved between two runs of the same cases.
type QuantileShift struct {
	Baseline, Candidate float64
	Ratio               Interval // of candidate ÷ baseline
}

const resamples = 1000

// QuantileShifts is the paired bootstrap of quantiles: cases are drawn with replacement, each with all its
// values on both sides, and the interval of the ratio is the percentile interval of the drawn ratios. A
// quantile is the smallest value that the share does not exceed. cases counts the cases; the result is nil
// where a side has no values. The same seed gives the same result. Source: Efron and Tibshirani 1993,
// «An Introduction to the Bootstrap», sections 8 and 13.3.
func QuantileShifts(baseline, candidate Grouped, cases int, shares []float64, confidence float64, seed uint64) []QuantileShift {
	if len(baseline.Values) == 0 || len(candidate.Values) == 0 {
		return nil
	}
	a, b := sorted(baseline, cases), sorted(candidate, cases)
	drawn := make([][]float64, len(shares))
	qa, qb := make([]float64, len(shares)), make([]float64, len(shares))
	resample(cases, seed, func(times []uint8) {
		a.quantiles(times, shares, qa)
		b.quantiles(times, shares, qb)
		for i := range shares {
			if r := qb[i] / qa[i]; !math.IsNaN(r) {
				drawn[i] = append(drawn[i], r)
			}
		}
	})
	once := make([]uint8, cases)
	for i := range once {
		once[i] = 1
	}
	a.quantiles(once, shares, qa)
	b.quantiles(once, shares, qb)
	out := make([]QuantileShift, len(shares))
	for i := range shares {
		out[i] = QuantileShift{qa[i], qb[i], percentiles(drawn[i], confidence)}
	}
	return out
}

// resample draws n of n cases with replacement, many times, and shows how often each came.
func resample(n int, seed uint64, see func(times []uint8)) {
	if n == 0 {
		return
	}
	rng := rand.NewPCG(seed, uint64(n))
	times := make([]uint8, n) // that a case comes more than 255 times of n has no chance worth the name
	for range resamples {
		clear(times)
		for i := 0; i < n; i += 2 { // two draws of 32 bits from each 64; the bias of n/2³² is beyond notice
			chance := rng.Uint64()
			times[uint64(uint32(chance))*uint64(n)>>32]++
			if i+1 < n {
				times[chance>>32*uint64(n)>>32]++
			}
		}
		see(times)
	}
}

// ascending are values in their order, each with its case. each is how many values every case has, or 0
// where cases differ in that.
type ascending struct {
	values []float64
	owner  []int32 // small numbers and bytes, as they are read a thousand times over
	each   int
}

func sorted(g Grouped, cases int) ascending {
	order := make([]int, len(g.Values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(g.Values[i], g.Values[j]) })
	out := ascending{values: make([]float64, len(order)), owner: make([]int32, len(order))}
	counts := make([]int, cases)
	for i, j := range order {
		out.values[i], out.owner[i] = g.Values[j], int32(g.Owner[j])
		counts[g.Owner[j]]++
	}
	if slices.Min(counts) == slices.Max(counts) {
		out.each = counts[0]
	}
	return out
}

// quantiles fills in the quantiles, in ascending order of shares, of sorted values that count as often as
// their cases came. They are NaN where none came.
func (g ascending) quantiles(times []uint8, shares, into []float64) {
	total := uint32(len(times) * g.each)
	if g.each == 0 {
		for _, owner := range g.owner {
			total += uint32(times[owner])
		}
	}
	next, sum := 0, uint32(0)
	for i := range into {
		into[i] = math.NaN()
		goal := uint32(math.Ceil(shares[i]*float64(total) - 1e-9))
		for next < len(g.owner) && sum < max(1, goal) {
			sum += uint32(times[g.owner[next]])
			next++
		}
		if next > 0 && total > 0 {
			into[i] = g.values[next-1]
		}
	}
}

// percentiles is the interval between the quantiles that leave out half of 1−confidence each.
func percentiles(x []float64, confidence float64) Interval {
	if len(x) == 0 {
		return Interval{math.NaN(), math.NaN()}
	}
	slices.Sort(x)
	at := func(p float64) float64 { return x[min(len(x)-1, max(0, int(math.Ceil(p*float64(len(x))-1e-9))-1))] } // 0.025 of 1,000 is 25, be it 25.00000000000002
	tail := (1 - confidence) / 2
	return Interval{at(tail), at(1 - tail)}
}

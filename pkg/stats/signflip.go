package stats

import (
	"math"
	"math/rand/v2"
)

// SignFlip is the distribution of a sum of paired differences when each difference could as well have had
// the other sign, seen from the sum that was observed. All shares are of the distribution.
type SignFlip struct {
	Below  float64 // share of sums below the observed one
	Equal  float64 // share of sums equal to it, itself included
	Beyond float64 // share of sums at least as far from 0 on either side
	Exact  bool    // enumerated or in closed form; false: drawn by chance
}

// MidP is the one-sided probability of a sum this low, the observed one counted half: near its nominal
// size where ties are many, as they are with passes and fails.
// Source: Lancaster 1961, «Significance tests in discrete distributions».
func (s SignFlip) MidP() float64 { return s.Below + s.Equal/2 }

// OneSided is the probability of a sum this low or lower.
func (s SignFlip) OneSided() float64 { return min(1, s.Below+s.Equal) }

// TwoSided is the probability of a sum this far from 0 or farther.
func (s SignFlip) TwoSided() float64 { return s.Beyond }

const (
	flipsEnumerated = 16     // 2^16 sums take a quarter of a millisecond
	flipsDrawn      = 10_000 // a p of 0.025 then has a standard error of 0.0016
)

// SignFlipTest is the paired randomisation test of differences d, candidate − baseline: under the null
// hypothesis that the two do not differ each d is as likely as −d. Differences of 0 change no sum and
// are left out. Others of one size follow the binomial distribution, which is McNemar's mid-p test; up to
// 16 of several sizes are enumerated in full; of more, 10,000 flips are drawn, the same for the same seed, and
// the observed sum counts as one of them. No difference at all gives a MidP of 0.5.
// Source: Fisher 1935, «The Design of Experiments», section 21; Pitman 1937; for the count of drawn
// sums Phipson and Smyth 2010.
func SignFlipTest(d []float64, seed uint64) SignFlip {
	sizes := make([]float64, 0, len(d))
	observed, total, same := 0.0, 0.0, true
	for _, v := range d {
		if v == 0 {
			continue
		}
		sizes = append(sizes, math.Abs(v))
		observed += v
		total += math.Abs(v)
		same = same && math.Abs(math.Abs(v)-sizes[0]) <= 1e-12*sizes[0]
	}
	near := 1e-10 * total // sums closer than this are equal but for rounding
	switch {
	case len(sizes) == 0:
		return SignFlip{Equal: 1, Beyond: 1, Exact: true}
	case same:
		n := len(sizes)
		lost := int(math.Round((float64(n) - observed/sizes[0]) / 2))
		return binomialFlip(lost, n)
	case len(sizes) <= flipsEnumerated:
		return place(allSums(sizes), observed, near)
	}
	s := place(append(drawnSums(sizes, total, seed), observed), observed, near)
	s.Exact = false
	return s
}

// ClusterSums adds up the differences of each cluster, in the order in which clusters come: in SignFlipTest
// the cases of a cluster then flip together. An empty name is a cluster of its own.
func ClusterSums(d []float64, cluster []string) []float64 {
	sums := make([]float64, 0, len(d))
	at := make(map[string]int)
	for i, v := range d {
		j, seen := at[cluster[i]]
		if !seen || cluster[i] == "" {
			j = len(sums)
			sums = append(sums, 0)
			at[cluster[i]] = j
		}
		sums[j] += v
	}
	return sums
}

func place(sums []float64, observed, near float64) SignFlip {
	var below, equal, beyond int
	for _, s := range sums {
		switch {
		case s < observed-near:
			below++
		case s <= observed+near:
			equal++
		}
		if math.Abs(s) >= math.Abs(observed)-near {
			beyond++
		}
	}
	n := float64(len(sums))
	return SignFlip{Below: float64(below) / n, Equal: float64(equal) / n, Beyond: float64(beyond) / n, Exact: true}
}

// allSums lists the sums under all 2^n choices of signs.
func allSums(sizes []float64) []float64 {
	sums := make([]float64, 1, 1<<len(sizes))
	for _, v := range sizes {
		for i, s := range sums {
			sums = append(sums, s+v)
			sums[i] = s - v
		}
	}
	return sums
}

// drawnSums draws sums under signs by chance. Eight sizes at a time share a table of their 256 sums, so
// that a byte of chance buys eight signs with one addition.
func drawnSums(sizes []float64, total float64, seed uint64) []float64 {
	rng := rand.NewPCG(seed, uint64(len(sizes)))
	sums := make([]float64, flipsDrawn)
	for i := range sums {
		sums[i] = -total
	}
	var table [256]float64
	for len(sizes) > 0 {
		n := min(8, len(sizes))
		for bits := range table {
			table[bits] = 0
			for j := range n {
				if bits>>j&1 == 1 {
					table[bits] += 2 * sizes[j]
				}
			}
		}
		for i := 0; i < len(sums); i += 8 {
			chance := rng.Uint64()
			for j := range 8 {
				sums[i+j] += table[byte(chance>>(8*j))]
			}
		}
		sizes = sizes[n:]
	}
	return sums
}

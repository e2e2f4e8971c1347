package stats

import "math"

// McNemar compares two sets of passes and fails of the same cases by those that changed: lost of them
// passed before and fail now, gained the other way round. It is the sign-flip test of differences −1 and
// +1: Below, Equal and Beyond speak of gained − lost. No change at all gives p values of 1 and a MidP
// of 0.5. Source: McNemar 1947; the exact form is the sign test; for the mid-p form Fagerland, Lydersen
// and Laake 2013, «The McNemar test for binary matched-pairs data».
func McNemar(lost, gained int) SignFlip {
	if lost+gained == 0 {
		return SignFlip{Equal: 1, Beyond: 1, Exact: true}
	}
	return binomialFlip(lost, lost+gained)
}

// McNemarChi2 is McNemar's test by the chi-squared distribution with one degree of freedom, two-sided, with Edwards'
// correction for continuity where that is asked for: right for many changed cases only, while McNemar is right for
// any number. No change at all gives 0 and 1. Source: McNemar 1947; Edwards 1948.
func McNemarChi2(lost, gained int, continuity bool) (statistic, p float64) {
	if lost+gained == 0 {
		return 0, 1
	}
	distance := math.Abs(float64(lost - gained))
	if continuity {
		distance = max(0, distance-1)
	}
	statistic = distance * distance / float64(lost+gained)
	return statistic, math.Erfc(math.Sqrt(statistic / 2))
}

// binomialFlip is the test where lost of n equal differences are negative.
func binomialFlip(lost, n int) SignFlip {
	s := SignFlip{Exact: true}
	extreme := max(lost, n-lost)
	for k := 0; k <= n; k++ {
		p := binomialHalf(k, n)
		switch {
		case k > lost:
			s.Below += p
		case k == lost:
			s.Equal = p
		}
		if k >= extreme || k <= n-extreme {
			s.Beyond += p
		}
	}
	s.Beyond = min(1, s.Beyond)
	return s
}

// binomialHalf is the chance of k heads in n tosses.
func binomialHalf(k, n int) float64 {
	if n <= 50 { // every step is a whole number that float64 holds, so that 1/128 is 1/128
		ways := 1.0
		for i := range k {
			ways = ways * float64(n-i) / float64(i+1)
		}
		return math.Ldexp(ways, -n)
	}
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return math.Exp(a - b - c - float64(n)*math.Ln2)
}

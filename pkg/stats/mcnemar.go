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

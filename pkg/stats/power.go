package stats

import "math"

// DetectableEffect is the smallest difference that a one-sided test at level alpha finds with the given
// power, (z₁₋α + z_power)·SE: 2.80·SE at 0.025 and 0.8.
// Source: Bloom 1995, «Minimum detectable effects».
func DetectableEffect(se, alpha, power float64) float64 {
	return (NormalQuantile(1-alpha) + NormalQuantile(power)) * se
}

// CasesNeeded is the number of pairs with which a one-sided test at level alpha finds a mean difference of
// delta with the given power, variance being that of one pair's difference. It is rounded up; a delta that is
// not above 0 gives 0. Source: Miller 2024, «Adding error bars to evals», section 5, where the variance
// is ω² + σ²_A/K_A + σ²_B/K_B.
func CasesNeeded(variance, delta, alpha, power float64) int {
	if !(delta > 0) {
		return 0
	}
	z := NormalQuantile(1-alpha) + NormalQuantile(power)
	n := math.Ceil(z * z * variance / (delta * delta))
	if n > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(n)
}

// Confirmations is how often each of suspects cases must be asked again, on either side, so that the chance
// of taking one or more flaky cases for broken stays at level or below, however flaky they are: the
// smallest k ≥ 2 with suspects·4⁻ᵏ ≤ level. A case that passes with probability p fails k times and
// then passes k times with probability pᵏ(1−p)ᵏ ≤ 4⁻ᵏ; Bonferroni's inequality does the rest.
func Confirmations(suspects int, level float64) int {
	if suspects < 1 {
		return 0
	}
	return max(2, int(math.Ceil(math.Log(float64(suspects)/level)/math.Log(4)-1e-12)))
}

// ConfirmationRisk is the worst-case chance that one flaky and unchanged case fails, fails again k times
// and passes k times on the other side: max over p of pᵏ(1−p)ᵏ⁺¹, reached at p = k/(2k+1).
func ConfirmationRisk(k int) float64 {
	p := float64(k) / float64(2*k+1)
	return math.Pow(p, float64(k)) * math.Pow(1-p, float64(k+1))
}

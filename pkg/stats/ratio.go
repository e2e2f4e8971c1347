package stats

import "math"

// RatioOfTotals is Σb ÷ Σa of paired amounts (the cost of each case before and after) with an interval by
// the delta method on the logarithm, which keeps the interval above 0: exp(ln R ± t·SE÷R), SE² =
// Σ(b−Ra)²/(n−1)/n ÷ ā². ok is false, and the interval is R itself, with fewer than two pairs or where
// a total is not above 0; the ratio is NaN where Σa is 0.
// Source: Cochran 1977, «Sampling Techniques», section 6.3; Deng, Knoblich and Lu 2018, «Applying the delta
// method in metric analytics».
func RatioOfTotals(a, b []float64, confidence float64) (ratio float64, iv Interval, ok bool) {
	sumA, sumB, n := Sum(a), Sum(b), float64(len(a))
	if sumA == 0 {
		return math.NaN(), Interval{math.NaN(), math.NaN()}, false
	}
	ratio = sumB / sumA
	if len(a) < 2 || !(sumA > 0) || !(sumB > 0) {
		return ratio, Interval{ratio, ratio}, false
	}
	squares := 0.0
	for i := range a {
		residual := b[i] - ratio*a[i]
		squares += residual * residual
	}
	se := math.Sqrt(squares/(n-1)/n) / (sumA / n)
	spread := math.Exp(TQuantile(0.5+confidence/2, n-1) * se / ratio)
	return ratio, Interval{ratio / spread, ratio * spread}, true
}

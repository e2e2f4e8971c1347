package metric

import "math"

// Cosine is the cosine of the angle between two vectors, from −1 to 1. ok is false where there is none: a
// vector of zeros, vectors of different lengths, or a component that is no finite number.
func Cosine[F ~float32 | ~float64](a, b []F) (value float64, ok bool) {
	if len(a) != len(b) {
		return 0, false
	}
	// Scaled by the largest component, so that no square overflows or vanishes.
	sa, sb := largest(a), largest(b)
	if !(sa > 0 && sb > 0) || math.IsInf(sa, 0) || math.IsInf(sb, 0) {
		return 0, false
	}
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i])/sa, float64(b[i])/sb
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	return max(-1, min(1, dot/(math.Sqrt(aa)*math.Sqrt(bb)))), true
}

// largest is the greatest absolute value, NaN where there is a NaN.
func largest[F ~float32 | ~float64](v []F) float64 {
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(float64(x)))
	}
	return most
}

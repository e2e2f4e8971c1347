package metric

import "math"

// Cosine is the cosine of the angle between two vectors of the same length, from −1 to 1: their dot product
// over the product of their lengths. It is NaN for vectors of different lengths and where one is all
// zeros.
func Cosine(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.NaN()
	}
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot += x * y
		aa += x * x
		bb += y * y
	}
	return dot / math.Sqrt(aa) / math.Sqrt(bb)
}

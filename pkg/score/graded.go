package score

import "fmt"

// graded makes an Outcome of a value where the higher is the better. Without a threshold (nil) every value
// passes: the metric is only measured.
func graded(value float64, threshold *float64, what string) Outcome {
	o := Outcome{Value: value, Pass: threshold == nil || value >= *threshold}
	if !o.Pass {
		o.Why = fmt.Sprintf("%s is %.4g, want at least %g", what, value, *threshold)
	}
	return o
}

// checkThreshold wants one from 0 to 1, or none.
func checkThreshold(limit *float64) error {
	if limit == nil {
		return nil
	}
	return threshold{*limit}.check()
}

// tooLong tells whether two texts are too long for a comparison whose time grows with the product of their
// lengths in words; a word takes two bytes at the least.
func tooLong(a, b string) bool { return float64(len(a))*float64(len(b))/4 > maxCells }

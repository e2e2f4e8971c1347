package route

import "crypto/sha256"

// HeldOut tells whether a prompt belongs to the three in ten that the classifier is not fitted on: those whose
// sha256 begins with a byte below 77. It depends on the text alone, so that the parts never mix.
func HeldOut(prompt string) bool {
	sum := sha256.Sum256([]byte(prompt))
	return sum[0] < 77
}

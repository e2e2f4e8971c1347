package route

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
)

// HeldOut tells whether a prompt belongs to the three in ten that the classifier is not fitted on: those whose
// sha256 begins with a byte below 77. It depends on the text alone, so that the parts never mix.
func HeldOut(prompt string) bool {
	sum := sha256.Sum256([]byte(prompt))
	return sum[0] < 77
}

// FittedOn tells whether the classifier was fitted on this very prompt: what it says of such prompts flatters it. It knows
// them by the first four bytes of their sha256, so that one other prompt in five million is taken for one of them.
func FittedOn(prompt string) bool {
	sum := sha256.Sum256([]byte(prompt))
	want := hex.EncodeToString(sum[:fingerprint])
	const size = 2 * fingerprint
	n := len(fittedOn) / size
	i := sort.Search(n, func(i int) bool { return fittedOn[i*size:(i+1)*size] >= want })
	return i < n && fittedOn[i*size:(i+1)*size] == want
}

// fingerprint is how many bytes of a prompt's sha256 fittedOn has.
const fingerprint = 4

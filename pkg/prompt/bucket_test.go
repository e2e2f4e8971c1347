package prompt_test

import (
	"crypto/sha256"
	"math/big"
)

// bucketByHand works the bucket out another way: as a big number.
func bucketByHand(text string) int {
	sum := sha256.Sum256([]byte(text))
	n := new(big.Int).SetBytes(sum[:8])
	return int(n.Mod(n, big.NewInt(10_000)).Int64())
}

package tokens

import (
	"math"
	"math/bits"
)

// longest is a length, at most limit, such that there may be a token of that length at p[at:], and none of
// a greater one. It is 0 when there is none.
func (t *ranks) longest(p []byte, at, limit int) int {
	lengths := uint64(1<<2 | 1<<1)
	if len(p)-at >= 3 {
		lengths |= t.lengths[hash3(load(p, at, 3), len(t.lengths))]
	}
	limit = min(limit, t.most, len(p)-at)
	if limit >= 63 && lengths>>63 != 0 {
		return limit // the set doesn't tell these apart
	}
	return max(bits.Len64(lengths&(2<<min(limit, 62)-1))-1, 0)
}

// pair tells whether the tokens left, p[a:m], and right, p[m:z], are the encoding of p[a:z]: that no merge
// ever crosses m.
//
// It takes the two tokens apart in the reverse order of their making. At each step what lies left and
// right of m are the parts that stood there at some moment; had the two been a token together, of a rank
// below that of the merge which came next, they would have been merged instead. Of equal ranks the
// leftmost merge comes first, so a merge to the left of m wins a tie and one to the right loses it.
// This needs every token's rank to be above its parts'; TestSplits checks that of all tokens.
func (t *ranks) pair(p []byte, a, m, z int, left, right uint32) bool {
	limit := uint32(math.MaxUint32)
	for {
		if z-a <= t.most {
			if id, ok := t.find(p, a, z); ok && id < limit {
				return false
			}
		}
		l, r := int(t.split[left]), int(t.split[right])
		if l > 0 && (left > right || r == 0) {
			limit = left
			a += l
			left, _ = t.find(p, a, m)
		} else if r > 0 {
			limit = right + 1
			z = m + r
			right, _ = t.find(p, m, z)
		} else {
			return true
		}
	}
}

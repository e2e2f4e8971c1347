package tokens

import (
	"encoding/binary"
	"math/bits"
)

// count gives the number of tokens of b, which is valid UTF-8 and a whole text.
//
// Most pieces of most texts are a space or a capital and some small letters, then something that ends
// the word. Such a piece is found, and cut out as the key of its lookup, eight bytes at a time. All others
// take the pattern's long way.
func (c *codec) count(b []byte, s *scratch) int {
	n, i := 0, 0
	for i+24 <= len(b) {
		if c.begins[b[i]] {
			lo := binary.LittleEndian.Uint64(b[i:])
			if end := notLower(lo|c.fold) &^ 0xff; end != 0 {
				k := bits.TrailingZeros64(end) >> 3
				if k > 1 && c.ends[b[i+k]] {
					if c.ranks.hasShort(lo & (1<<(8*uint(k)&63) - 1)) {
						n++
					} else {
						n += c.piece16(b, i, i+k, s)
					}
					i += k
					continue
				}
			} else if end := notLower(binary.LittleEndian.Uint64(b[i+8:]) | c.fold); end != 0 {
				k := 8 + bits.TrailingZeros64(end)>>3
				if c.ends[b[i+k]] {
					n += c.piece16(b, i, i+k, s)
					i += k
					continue
				}
			}
		}
		j := c.next(b, i)
		n += c.piece(b, i, j, s)
		i = j
	}
	for i < len(b) {
		j := c.next(b, i)
		n += c.piece(b, i, j, s)
		i = j
	}
	return n
}

// notLower has the high bit of each byte set that is not one of a to z, and no other.
func notLower(w uint64) uint64 {
	const each = 0x0101010101010101
	low := w & (0x7f * each)
	atLeastA := low + (0x80-'a')*each
	beyondZ := low + (0x80-'z'-1)*each
	return ^(atLeastA &^ beyondZ &^ w) & (0x80 * each)
}

package tokens

import (
	"encoding/binary"
	"math/bits"
)

// ranks looks up tokens by their bytes. Nine lookups in ten are of at most 8 bytes, so these sit in
// a table of their own whose key is the token itself, and one cache line answers; the same goes for up
// to 16 bytes. Longer tokens, and the few that end in a zero byte and so have no zero-padded form, are
// found by a hash and compared. Tables are open-addressed and at most two thirds full.
//
// A ranks is immutable once loaded, and safe for concurrent use.
type ranks struct {
	short    []uint64 // tokens of 1 to 8 bytes, little-endian, zero-padded; 0 is an empty slot
	shortID  []uint32
	middle   [][2]uint64 // tokens of 9 to 16 bytes
	middleID []uint32
	long     []longToken
	arena    []byte // the bytes of the long tokens

	// lengths has, by a hash of three bytes, the lengths of the tokens that begin with them: bit n for
	// n bytes, bit 63 for 63 and more. Collisions add lengths and never lose one.
	lengths []uint64
	// split has for each id how many bytes its left half is long, 0 for a single byte.
	split string
	most  int // bytes of the longest token
}

type longToken struct {
	hash uint32
	id   uint32
	at   uint32 // in arena
	size uint32 // 0 is an empty slot
}

const mixer = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio

func hash8(k uint64, size int) uint64 {
	return (k ^ k>>29) * mixer >> (64 - bits.Len(uint(size-1)))
}

func hash16(lo, hi uint64, size int) uint64 {
	return (lo*mixer ^ bits.RotateLeft64(hi*0xc2b2ae3d27d4eb4f, 32)) * mixer >> (64 - bits.Len(uint(size-1)))
}

func hashLong(b []byte) uint32 {
	h := uint64(len(b))
	for ; len(b) >= 8; b = b[8:] {
		h = bits.RotateLeft64((h^binary.LittleEndian.Uint64(b))*mixer, 27)
	}
	return uint32((h ^ load(b, 0, len(b))) * mixer >> 32)
}

// hash3 hashes the first three bytes of a little-endian number.
func hash3(k uint64, size int) uint64 {
	return k & 0xffffff * mixer >> (64 - bits.Len(uint(size-1)))
}

// load reads n bytes at b[i], 0 to 8, as a little-endian number.
func load(b []byte, i, n int) uint64 {
	if i+8 <= len(b) {
		return binary.LittleEndian.Uint64(b[i:]) & (1<<(8*uint(n)) - 1)
	}
	var k uint64
	for n--; n >= 0; n-- {
		k = k<<8 | uint64(b[i+n])
	}
	return k
}

// find gives the id of the token b[i:j], if it is one.
func (t *ranks) find(b []byte, i, j int) (id uint32, ok bool) {
	n := j - i
	switch {
	case b[j-1] == 0 || n > 16:
		return t.findLong(b[i:j])
	case n <= 8:
		k := load(b, i, n)
		for s := hash8(k, len(t.short)); t.short[s] != 0; s = (s + 1) & uint64(len(t.short)-1) {
			if t.short[s] == k {
				return t.shortID[s], true
			}
		}
		return 0, false
	}
	lo, hi := binary.LittleEndian.Uint64(b[i:]), load(b, i+8, n-8)
	for s := hash16(lo, hi, len(t.middle)); t.middle[s][1] != 0; s = (s + 1) & uint64(len(t.middle)-1) {
		if t.middle[s] == [2]uint64{lo, hi} {
			return t.middleID[s], true
		}
	}
	return 0, false
}

// hasShort tells whether there is a token with this key in short.
func (t *ranks) hasShort(k uint64) bool {
	s := hash8(k, len(t.short))
	for t.short[s] != k {
		if t.short[s] == 0 {
			return false
		}
		s = (s + 1) & uint64(len(t.short)-1)
	}
	return true
}

func (t *ranks) findLong(p []byte) (uint32, bool) {
	if len(p) > t.most {
		return 0, false
	}
	h := hashLong(p)
	for s := h & uint32(len(t.long)-1); t.long[s].size != 0; s = (s + 1) & uint32(len(t.long)-1) {
		if e := t.long[s]; e.hash == h && string(t.arena[e.at:e.at+e.size]) == string(p) {
			return e.id, true
		}
	}
	return 0, false
}

// has tells whether b[i:j] is a token.
func (t *ranks) has(b []byte, i, j int) bool {
	_, ok := t.find(b, i, j)
	return ok
}

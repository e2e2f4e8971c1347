package tokens

import (
	"fmt"
	"math/bits"
)

// loadRanks puts the tokens of an encoding into tables. It takes some 13 ms for the 200,000 of o200k_base.
func loadRanks(s spec) (*ranks, error) {
	t := s.emptyRanks()
	var b batch
	err := s.eachToken(func(id uint32, text string) { b.add(t, id, text) })
	b.insert(t)
	return t, err
}

// eachToken unpacks the tokens of an encoding: one after another by id, each a byte that says how long it is
// and its bytes. An id that is no ordinary token has length 0.
func (s spec) eachToken(do func(id uint32, text string)) error {
	id := 0
	for _, packed := range s.packed {
		for ; packed != ""; id++ {
			size := int(packed[0])
			if size >= len(packed) {
				return fmt.Errorf("ranks of %s: token %d is cut off", s.name, id)
			}
			if size > 0 {
				do(uint32(id), packed[1:1+size])
			}
			packed = packed[1+size:]
		}
	}
	if id != len(s.split) {
		return fmt.Errorf("ranks of %s: %d ids, not %d", s.name, id, len(s.split))
	}
	return nil
}

func (s spec) emptyRanks() *ranks {
	return &ranks{
		short: make([]uint64, s.short), shortID: make([]uint32, s.short),
		middle: make([][2]uint64, s.middle), middleID: make([]uint32, s.middle),
		long: make([]longToken, s.long), arena: make([]byte, 0, 8*s.long),
		lengths: make([]uint64, s.lengths), split: s.split,
	}
}

// batch is tokens of at most 16 bytes that wait for their place in ranks. They go there some hundred at a time,
// because a loop that does nothing else keeps many of the tables' cache misses in flight at once.
type batch struct {
	shorts  []shortEntry
	middles []middleEntry
}

type shortEntry struct {
	key uint64
	id  uint32
}

type middleEntry struct {
	key [2]uint64
	id  uint32
}

const batchSize = 512

// add puts a token into the batch, or a long one into the tables.
func (b *batch) add(t *ranks, id uint32, text string) {
	p := []byte(text)
	switch size := len(p); {
	case size > 16 || p[size-1] == 0:
		t.addLong(p, id)
	case size <= 8:
		b.shorts = append(b.shorts, shortEntry{load(p, 0, size), id})
	default:
		b.middles = append(b.middles, middleEntry{[2]uint64{load(p, 0, 8), load(p, 8, size-8)}, id})
	}
	if len(b.shorts) == batchSize || len(b.middles) == batchSize {
		b.insert(t)
	}
}

// insert empties the batch into the tables.
func (b *batch) insert(t *ranks) {
	for _, e := range b.shorts {
		s := hash8(e.key, len(t.short))
		for t.short[s] != 0 {
			s = (s + 1) & uint64(len(t.short)-1)
		}
		t.short[s], t.shortID[s] = e.key, e.id
		t.begins(e.key, (bits.Len64(e.key)+7)/8)
	}
	for _, e := range b.middles {
		s := hash16(e.key[0], e.key[1], len(t.middle))
		for t.middle[s][1] != 0 {
			s = (s + 1) & uint64(len(t.middle)-1)
		}
		t.middle[s], t.middleID[s] = e.key, e.id
		t.begins(e.key[0], 8+(bits.Len64(e.key[1])+7)/8)
	}
	b.shorts, b.middles = b.shorts[:0], b.middles[:0]
}

// begins notes that there is a token of this length with these first bytes.
func (t *ranks) begins(lo uint64, size int) {
	t.most = max(t.most, size)
	if size >= 3 {
		t.lengths[hash3(lo, len(t.lengths))] |= 1 << min(size, 63)
	}
}

func (t *ranks) addLong(p []byte, id uint32) {
	h := hashLong(p)
	s := h & uint32(len(t.long)-1)
	for t.long[s].size != 0 {
		s = (s + 1) & uint32(len(t.long)-1)
	}
	t.long[s] = longToken{h, id, uint32(len(t.arena)), uint32(len(p))}
	t.arena = append(t.arena, p...)
	t.begins(load(p, 0, min(len(p), 8)), len(p))
}

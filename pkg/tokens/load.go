package tokens

import (
	"bytes"
	"fmt"
	"io"
	"math/bits"

	"github.com/pkoukk/tiktoken-go-loader/assets"
)

// loadRanks reads a published rank file, embedded by tiktoken-go-loader: a line for each token, its
// bytes in base64 and its id. This goroutine decodes the lines, another puts the tokens into the tables,
// some thousand at a time: such a loop keeps many of the table's cache misses in flight at once. It takes
// some 10 ms for the 200,000 tokens of o200k_base.
func loadRanks(s spec) (*ranks, error) {
	f, err := assets.Assets.Open(s.file)
	if err != nil {
		return nil, fmt.Errorf("ranks of %s: %w", s.name, err)
	}
	defer func() { _ = f.Close() }() // an embedded file: nothing to lose
	const batches = 3
	l := loader{ranks: s.emptyRanks(), full: make(chan *batch, batches), free: make(chan *batch, batches), sextet: sextets(), next: decimal(0)}
	for range batches {
		l.free <- new(batch)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := range l.full {
			b.insert(l.ranks)
			b.insertLong(l.ranks)
			l.free <- b
		}
	}()
	err = l.read(f)
	close(l.full)
	<-done
	if err != nil {
		return nil, fmt.Errorf("ranks of %s: %w", s.name, err)
	}
	return l.ranks, nil
}

func (s spec) emptyRanks() *ranks {
	return &ranks{
		short: make([]uint64, s.short), shortID: make([]uint32, s.short),
		middle: make([][2]uint64, s.middle), middleID: make([]uint32, s.middle),
		long: make([]longToken, s.long), arena: make([]byte, 0, 8*s.long),
		lengths: make([]uint64, s.lengths), split: s.split,
	}
}

type loader struct {
	*ranks
	full, free chan *batch
	sextet     [4][256]uint32
	next       ordinal // the id that the next line should have
}

// batch is tokens that wait for their place in ranks. Only the goroutine that inserts writes to ranks.
type batch struct {
	shorts  []shortEntry
	middles []middleEntry
	longs   []longEntry
}

type shortEntry struct {
	key uint64
	id  uint32
}

type longEntry struct {
	text []byte
	id   uint32
}

type middleEntry struct {
	key [2]uint64
	id  uint32
}

// read takes whole lines off r, a buffer at a time.
func (l *loader) read(r io.Reader) error {
	buf := make([]byte, 48<<10)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		if err != nil && err != io.EOF {
			return err
		}
		whole := buf[:kept+n]
		if err == nil {
			whole = whole[:bytes.LastIndexByte(whole, '\n')+1]
		}
		if e := l.lines(whole); e != nil {
			return e
		}
		if err == io.EOF {
			return nil
		}
		kept = copy(buf, buf[len(whole):kept+n])
	}
}

// add puts a token of at most 16 bytes into a batch.
func (l *loader) add(b *batch, size int, lo, hi uint64, id uint32) {
	if size <= 8 {
		b.shorts = append(b.shorts, shortEntry{lo, id})
	} else {
		b.middles = append(b.middles, middleEntry{[2]uint64{lo, hi}, id})
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

func (b *batch) insertLong(t *ranks) {
	for _, e := range b.longs {
		t.addLong(e.text, e.id)
		t.begins(load(e.text, 0, min(len(e.text), 8)), len(e.text))
	}
	b.longs = b.longs[:0]
}

func (t *ranks) addLong(p []byte, id uint32) {
	h := hashLong(p)
	s := h & uint32(len(t.long)-1)
	for t.long[s].size != 0 {
		s = (s + 1) & uint32(len(t.long)-1)
	}
	t.long[s] = longToken{h, id, uint32(len(t.arena)), uint32(len(p))}
	t.arena = append(t.arena, p...)
}

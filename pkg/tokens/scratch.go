package tokens

import "sync"

// scratch is the memory that one count works in: the merger's buffers, and caches.
type scratch struct {
	merger
	window longPiece
	upTo16 cache16
	upTo32 cache32
	next   *scratch // in the pool
}

// The caches hold the counts of pieces that were counted lately: text repeats its words. A slot holds one
// piece whole, with its length and count, and a new piece that falls into the slot replaces it. They
// are small enough to stay near the processor, which the tables of ranks are not.
type (
	cache16 struct {
		keys  [1 << 13][2]uint64
		sizes [1 << 13]uint8
		count [1 << 13]uint8
	}
	cache32 struct {
		keys  [1 << 11][4]uint64
		sizes [1 << 11]uint8
		count [1 << 11]uint8
	}
)

func (c *cache16) slot(b []byte, i, n int) (slot uint64, key [2]uint64, found bool) {
	key[0] = load(b, i, min(n, 8))
	if n > 8 {
		key[1] = load(b, i+8, n-8)
	}
	slot = hash16(key[0], key[1], len(c.keys))
	return slot, key, c.keys[slot] == key && int(c.sizes[slot]) == n
}

func (c *cache16) put(slot uint64, key [2]uint64, size, count int) {
	c.keys[slot], c.sizes[slot], c.count[slot] = key, uint8(size), uint8(count)
}

func (c *cache32) slot(b []byte, i, n int) (slot uint64, key [4]uint64, found bool) {
	key[0], key[1] = load(b, i, 8), load(b, i+8, 8)
	key[2] = load(b, i+16, min(n-16, 8))
	if n > 24 {
		key[3] = load(b, i+24, n-24)
	}
	slot = hash16(key[0]^key[2]*mixer, key[1]^key[3]*mixer, len(c.keys))
	return slot, key, c.keys[slot] == key && int(c.sizes[slot]) == n
}

func (c *cache32) put(slot uint64, key [4]uint64, size, count int) {
	c.keys[slot], c.sizes[slot], c.count[slot] = key, uint8(size), uint8(count)
}

// pool keeps the scratch memory of finished calls, so that steady use allocates nothing. It holds as
// many as there were calls at one time.
type pool struct {
	mu   sync.Mutex
	free *scratch // guarded by mu
}

func (p *pool) get() *scratch {
	p.mu.Lock()
	s := p.free
	if s != nil {
		p.free = s.next
	}
	p.mu.Unlock()
	if s == nil {
		s = new(scratch)
	}
	return s
}

func (p *pool) put(s *scratch) {
	p.mu.Lock()
	s.next = p.free
	p.free = s
	p.mu.Unlock()
}

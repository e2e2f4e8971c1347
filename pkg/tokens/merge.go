package tokens

import "bytes"

// token is one token of a piece: its id and where it ends.
type token struct {
	id  uint32
	end int32
}

// A merger encodes pieces. It keeps its buffers and must not be shared between goroutines.
type merger struct {
	tokens []token
	dead   []uint64 // bit i: the piece's encoding has no boundary at i
}

// merge gives the byte pair encoding of p: what merging the neighbours of lowest rank, leftmost first,
// until none can be merged, ends in. The first token is at most limit bytes long: a caller who knows
// that p as a whole is none saves a lookup by it. The slice is valid until the next call.
//
// It doesn't merge. An encoding has a property that a list of tokens has for no other reason: a list of
// tokens is the encoding of its text exactly when every two neighbours are the encoding of theirs
// (the merges inside two neighbouring tokens don't see what is further away; the first merge across
// any boundary would be made in those two tokens alone too). So the longest token that fits is taken,
// left to right, and checked against the one before it. Where none fits, no encoding has a boundary
// there, since there is only one way to get there, and the token before gives way to another. Every
// position fails at most once, so the time is linear in the length of p.
//
// The idea is published in GitHub's bpe crate; here it works without an automaton, on the same tables
// as the lookups of whole pieces.
func (m *merger) merge(t *ranks, p []byte, limit int) []token {
	m.tokens = m.tokens[:0]
	m.reset(len(p))
	for at := 0; at < len(p); {
		if at > 0 {
			limit = len(p) - at
		}
		if size, id := m.fit(t, p, at, limit); size > 0 {
			at += size
			m.tokens = append(m.tokens, token{id, int32(at)})
			continue
		}
		m.dead[at>>6] |= 1 << (at & 63)
		m.tokens = m.tokens[:len(m.tokens)-1]
		at = m.begin(len(m.tokens))
	}
	return m.tokens
}

func (m *merger) reset(n int) {
	words := n>>6 + 1
	if cap(m.dead) < words {
		m.dead = make([]uint64, words)
	}
	m.dead = m.dead[:words]
	clear(m.dead)
}

// begin is where the token number i begins.
func (m *merger) begin(i int) int {
	if i == 0 {
		return 0
	}
	return int(m.tokens[i-1].end)
}

// fit finds a token at p[at:], of at most limit bytes, that may follow the last one: the last one again,
// or the longest.
func (m *merger) fit(t *ranks, p []byte, at, limit int) (size int, id uint32) {
	if at == 0 {
		for n := t.longest(p, at, limit); n > 0; n = t.longest(p, at, n-1) {
			if id, ok := t.find(p, at, at+n); ok && !m.isDead(at+n) {
				return n, id
			}
		}
		return 0, 0
	}
	begin, last := m.begin(len(m.tokens)-1), m.tokens[len(m.tokens)-1].id
	if n := at - begin; p[at] == p[begin] && n <= limit && bytes.Equal(p[begin:at], p[at:at+n]) &&
		!m.isDead(at+n) && t.pair(p, begin, at, at+n, last, last) {
		return n, last
	}
	for n := t.longest(p, at, limit); n > 0; n = t.longest(p, at, n-1) {
		if m.isDead(at + n) {
			continue
		}
		if id, ok := t.find(p, at, at+n); ok && t.pair(p, begin, at, at+n, last, id) {
			return n, id
		}
	}
	return 0, 0
}

func (m *merger) isDead(i int) bool { return m.dead[i>>6]>>(i&63)&1 != 0 }

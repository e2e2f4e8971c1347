package tokens

// piece gives the number of tokens of the piece b[i:j]: one where it is a token, else what its bytes
// merge to.
func (c *codec) piece(b []byte, i, j int, s *scratch) int {
	n := j - i
	switch {
	case n == 1:
		return 1
	case n <= 8:
		if b[j-1] != 0 && c.ranks.hasShort(load(b, i, n)) {
			return 1
		}
		return c.piece16(b, i, j, s)
	case n <= 16:
		return c.piece16(b, i, j, s)
	case n <= 32:
		return c.piece32(b, i, j, s)
	}
	return c.compute(b, i, j, s)
}

func (c *codec) piece16(b []byte, i, j int, s *scratch) int {
	slot, key, found := s.upTo16.slot(b, i, j-i)
	if found {
		return int(s.upTo16.count[slot])
	}
	n := c.compute(b, i, j, s)
	s.upTo16.put(slot, key, j-i, n)
	return n
}

func (c *codec) piece32(b []byte, i, j int, s *scratch) int {
	slot, key, found := s.upTo32.slot(b, i, j-i)
	if found {
		return int(s.upTo32.count[slot])
	}
	n := c.compute(b, i, j, s)
	s.upTo32.put(slot, key, j-i, n)
	return n
}

// compute is piece without the caches.
func (c *codec) compute(b []byte, i, j int, s *scratch) int {
	if c.ranks.has(b, i, j) {
		return 1
	}
	if j-i <= windowSize {
		return len(s.merge(c.ranks, b[i:j], j-i-1))
	}
	w := &s.window
	w.reset()
	w.add(c.ranks, &s.merger, b[i:j])
	if n := w.total(c.ranks, &s.merger); !w.doubtful {
		return n
	}
	return len(s.merge(c.ranks, b[i:j], j-i-1))
}

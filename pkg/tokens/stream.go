package tokens

// stream counts a text that arrives in parts, in constant memory. The text that has come is counted up to
// its last safe cut, and the rest kept. Where a block of text has no safe cut (it is one huge piece, or
// hundreds of thousands of characters of punctuation and newlines), its pieces are counted one by one
// but for those whose end is not certain yet, and a piece that fills the block alone is handed to a run.
//
// A stream belongs to one goroutine.
type stream struct {
	codec    *codec
	s        *scratch
	text     []byte // valid UTF-8, not counted yet
	tokens   int
	run      *longRun       // the huge piece that text goes on with, or nil
	hand     func(b []byte) // counts a text that ends in a safe cut
	doubtful bool           // a longPiece was, see there
	size     int            // bytes from which text is counted; 0 is blockSize
}

// blockSize is how much text a stream gathers before it counts.
const blockSize = 256 << 10

// drain counts what can be counted. With end, text is the end of the whole.
func (st *stream) drain(end bool) {
	for st.run != nil {
		rest, tokens, done := st.run.feed(st.text, end)
		st.keep(rest)
		if !done {
			return
		}
		st.tokens += tokens
		st.doubtful = st.doubtful || st.run.doubtful
		st.run = nil
	}
	switch {
	case end:
		st.hand(st.text)
		st.text = st.text[:0]
	case len(st.text) >= st.block():
		if cut := st.codec.lastCut(st.text); cut > 0 {
			st.hand(st.text[:cut])
			st.keep(st.text[cut:])
		} else {
			st.crawl()
		}
	}
}

func (st *stream) block() int {
	if st.size > 0 {
		return st.size
	}
	return blockSize
}

// keep makes rest, which may be a part of text, all of it.
func (st *stream) keep(rest []byte) { st.text = append(st.text[:0], rest...) }

// crawl counts the pieces of a text without a safe cut, as far as what follows can't change them.
func (st *stream) crawl() {
	i := 0
	for {
		j := st.codec.next(st.text, i)
		if !st.codec.settled(st.text, i, j) {
			break
		}
		st.tokens += st.codec.piece(st.text, i, j, st.s)
		i = j
	}
	st.keep(st.text[i:])
	if len(st.text) >= st.block()/2 {
		st.run = newLongRun(st.codec, st.s, st.text)
		st.drain(false)
	}
}

// settled tells whether the end b[j] of the piece at b[i] was decided without a look at the end of b. White
// space and words of o200k may have been cut from a run whose end decided.
func (p *pattern) settled(b []byte, i, j int) bool {
	first, _ := classAt(b, i)
	last := classBefore(b, j)
	switch {
	case 1<<first&setSpace != 0 && 1<<last&setSpace != 0:
		j = run(b, j, setSpace)
	case p.cased && 1<<last&setWord != 0:
		j = run(b, j, setWord)
	}
	return j+contractionMost <= len(b)
}

package tokens

// longRun counts one piece that is longer than a block of text, in constant memory.
//
// Most pieces just go on until a character doesn't belong to them. Two kinds end where only what
// follows them can tell: white space is cut after its last newline, and a word of o200k in which no
// small letter follows the capitals is cut after its last character that has no case (see casedWord).
// Such a place is called a mark here. What comes after the last mark is pending: it goes on the piece if
// another mark comes, and else is text after the piece. A little of it is simply kept; when it becomes
// much, both outcomes are counted side by side.
type longRun struct {
	codec *codec
	s     *scratch
	kind  runKind
	begun bool // the first character is past

	piece   longPiece // the piece, as if it went on
	marked  bool      // piece ends with a mark
	pending []byte    // what comes after it, counted nowhere yet

	doubtful bool // a longPiece was, see there

	forked bool      // piece went on after the mark
	atMark int       // its tokens if it ends at the mark
	after  longPiece // what came after the mark, as a piece of its own
}

const pendingMost = 16 << 10

// feed goes on with text, and tells what of it is left and, when the piece is done, its tokens. With
// end, nothing comes after text.
func (r *longRun) feed(text []byte, end bool) (rest []byte, tokens int, done bool) {
	stop, mark := r.scan(text)
	r.advance(text[:stop], mark)
	if stop+contractionMost > len(text) && !end {
		return text[stop:], 0, false
	}
	rest, tokens = r.finish(text[stop:])
	return rest, tokens, true
}

// scan finds where the run ends in text, and its last mark, 0 for none.
func (r *longRun) scan(text []byte) (stop, mark int) {
	for stop < len(text) {
		class, n := classAt(text, stop)
		// The first character belongs to the piece, whatever it is.
		if !r.goesOn(class, text[stop]) && r.begun {
			break
		}
		r.begun = true
		stop += n
		if r.marks(class) {
			mark = stop
		}
	}
	return stop, mark
}

// advance takes more of the run.
func (r *longRun) advance(more []byte, mark int) {
	switch {
	case r.kind != runSpace && r.kind != runCased:
		r.join(r.pending)
		r.join(more)
		r.pending, r.marked, r.forked = r.pending[:0], false, false
	case mark > 0:
		r.join(r.pending)
		r.join(more[:mark])
		r.pending = append(r.pending[:0], more[mark:]...)
		r.marked, r.forked = true, false
	default:
		r.pending = append(r.pending, more...)
	}
	if len(r.pending) > pendingMost {
		r.spill()
	}
}

// spill counts what is pending, as the piece and as what comes after it. The last character stays: white
// space may have to leave it to what follows.
func (r *longRun) spill() {
	if r.marked {
		r.marked, r.forked = false, true
		r.atMark = r.total(&r.piece)
		r.after.reset()
	}
	last := lastRune(r.pending)
	r.join(r.pending[:last])
	if r.forked {
		r.after.add(r.codec.ranks, &r.s.merger, r.pending[:last])
	}
	r.pending = append(r.pending[:0], r.pending[last:]...)
}

func (r *longRun) join(p []byte) { r.piece.add(r.codec.ranks, &r.s.merger, p) }

func (r *longRun) total(p *longPiece) int {
	n := p.total(r.codec.ranks, &r.s.merger)
	r.doubtful = r.doubtful || p.doubtful
	return n
}

// finish ends the run before text.
func (r *longRun) finish(text []byte) (rest []byte, tokens int) {
	if r.marked && (r.kind == runSpace || len(r.pending) > 0) {
		// The piece ends at the mark, and what is pending is text like any other.
		return append(r.pending, text...), r.total(&r.piece)
	}
	last, counted := &r.piece, 0
	if r.forked {
		last, counted = &r.after, r.atMark
	}
	taken := r.pending
	if r.kind == runSpace && len(text) > 0 {
		n := lastRune(r.pending)
		taken, text = r.pending[:n:n], append(r.pending[n:], text...)
	} else if r.codec.suffix && (r.kind == runWord || r.kind == runCased) {
		n := contraction(text, 0, true)
		taken, text = append(r.pending, text[:n]...), text[n:]
	}
	last.add(r.codec.ranks, &r.s.merger, taken)
	return text, counted + r.total(last)
}

// lastRune is where the last character of p begins.
func lastRune(p []byte) int {
	i := max(len(p)-1, 0)
	for i > 0 && !startsRune(p[i]) {
		i--
	}
	return i
}

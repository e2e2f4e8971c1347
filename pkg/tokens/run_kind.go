package tokens

// runKind says what a longRun consists of.
type runKind int

const (
	runSpace  runKind = iota
	runCased          // a word of o200k in which no small letter has come
	runWord           // any other word
	runNumber         // of r50k, whose numbers have no limit
	runOther          // punctuation
	runTail           // the newlines, and for o200k slashes, after punctuation
)

// newLongRun begins a run at the beginning of text, which tells the kind.
func newLongRun(c *codec, s *scratch, text []byte) *longRun {
	class, n := classAt(text, 0)
	if n < len(text) {
		// The first character may be the one that words, numbers and punctuation take before them.
		after, _ := classAt(text, n)
		if class == classSpace && 1<<after&setSpace == 0 || c.prefix && 1<<class&setOther != 0 && 1<<after&c.word != 0 {
			class = after
		}
	}
	return &longRun{codec: c, s: s, kind: c.kindOf(class)}
}

func (p *pattern) kindOf(class uint8) runKind {
	switch {
	case 1<<class&setSpace != 0:
		return runSpace
	case 1<<class&p.word != 0 && p.cased:
		return runCased
	case 1<<class&p.word != 0:
		return runWord
	case class == classNumber:
		return runNumber
	}
	return runOther
}

// goesOn tells whether a character belongs to the run, and changes the kind where the character does.
func (r *longRun) goesOn(class uint8, c byte) bool {
	switch r.kind {
	case runSpace:
		return 1<<class&setSpace != 0
	case runCased:
		if class == classLower {
			r.kind = runWord
		}
		return 1<<class&setWord != 0
	case runWord:
		return 1<<class&r.codec.word != 0 && (class != classUpper || !r.codec.cased)
	case runNumber:
		return class == classNumber
	case runOther:
		if class == classNewline && r.codec.tail != "" {
			r.kind = runTail
			return true
		}
		return 1<<class&setOther != 0
	}
	return class == classNewline || c == '/' && len(r.codec.tail) == 3
}

// marks tells whether the run has a mark after a character that belongs to it.
func (r *longRun) marks(class uint8) bool {
	switch r.kind {
	case runSpace:
		return class == classNewline && r.codec.newlines
	case runCased:
		return class == classBoth || class == classMark
	}
	return false
}

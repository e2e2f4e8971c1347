package tokens

// A safe cut is a place where the pattern ends a piece, whatever stands further left or right. A text
// that is cut there has the tokens of its parts, so parts can be counted on several cores, or one after
// the other as they are read.
//
// isCut tells whether b[i], 0 < i < len(b), is one. It looks at the characters on both sides and knows
// these:
//
//   - white space other than a newline after anything but white space: no piece goes on across it
//   - a newline after a letter or a number: newlines only go on after punctuation or white space
//   - a character that is neither white space nor a slash after a newline (but not in r50k, which has
//     no rule for newlines, so that the last one of some stands alone before a word and not at the end)
//   - a letter after a number, or a number after a letter
//   - punctuation, but no apostrophe and no mark, after a letter or a number
func (p *pattern) isCut(b []byte, i int) bool {
	after, _ := classAt(b, i)
	before := classBefore(b, i)
	alnum := 1<<before&(setLetter|setNumber) != 0
	switch {
	case after == classSpace:
		return 1<<before&setSpace == 0
	case after == classNewline:
		return alnum
	case before == classNewline:
		return p.newlines && b[i] != '/'
	case after == classOther:
		return alnum && b[i] != '\''
	case after == classNumber:
		return 1<<before&setLetter != 0
	}
	return before == classNumber && 1<<after&setLetter != 0
}

// nextCut is the first safe cut of b at or after from, or len(b).
func (p *pattern) nextCut(b []byte, from int) int {
	for i := max(from, 1); i < len(b); i++ {
		if startsRune(b[i]) && p.isCut(b, i) {
			return i
		}
	}
	return len(b)
}

// lastCut is the last safe cut of b, or 0.
func (p *pattern) lastCut(b []byte) int {
	for i := len(b) - 1; i > 0; i-- {
		if startsRune(b[i]) && p.isCut(b, i) {
			return i
		}
	}
	return 0
}

func startsRune(c byte) bool { return c&0xc0 != 0x80 }

package tokens

import "unicode/utf8"

// A pattern splits text into pieces; each piece is then encoded on its own. The published regular
// expressions (openai/tiktoken, tiktoken_ext/openai_public.py) are written out by hand here, one file
// each, because a backtracking regular expression takes most of the time of the other counters.
type pattern struct {
	// next returns where the piece that starts at b[i] ends. b is valid UTF-8 and i < len(b); the end
	// of b counts as the end of the text.
	next func(b []byte, i int) int

	// The quick path, for words of ASCII: a piece that begins with a byte of begins (a letter, or what
	// may come before one), goes on with small letters only and is followed by a byte of ends is a piece.
	// fold is 0x20 in each byte where capitals go on a word too, else 0.
	begins, ends [256]bool
	fold         uint64

	word     uint16 // set of classes that go on a word
	cased    bool   // a word ends where a capital follows a small letter (o200k)
	suffix   bool   // a word takes a contraction with it (o200k)
	prefix   bool   // a word takes any one character before it, not only a space
	numbers  int    // digits in a piece at most; 0 is any number
	newlines bool   // white space is cut after its last newline
	tail     string // what may follow punctuation in the same piece
}

// quick fills begins and ends from the rest.
func (p pattern) quick() pattern {
	for c := range utf8.RuneSelf {
		class := asciiClass[c]
		letter := 1<<class&setLetter != 0
		p.begins[c] = letter || c == ' ' || p.prefix && (class == classSpace || class == classOther)
		p.ends[c] = class != classLower && (!letter || p.cased) && (c != '\'' || !p.suffix)
	}
	if !p.cased {
		p.fold = 0x2020202020202020
	}
	if !p.suffix {
		p.begins['\''] = false // may begin a contraction
	}
	return p
}

// spaces ends the piece of white space at b[i]. The rules, in order:
//
//	\s*[\r\n]+   where newlines is set: up to the last newline of the run
//	\s+(?!\S)    the run, without its last character where anything follows
//	\s+          that last character
func spaces(b []byte, i int, newlines bool) int {
	last, newline := i, 0
	j := i
	for j < len(b) {
		var class uint8
		n := 1
		if c := b[j]; c < utf8.RuneSelf {
			class = asciiClass[c]
		} else {
			class, n = wideClassAt(b, j)
		}
		if 1<<class&setSpace == 0 {
			break
		}
		last = j
		j += n
		if class == classNewline {
			newline = j
		}
	}
	switch {
	case newlines && newline > 0:
		return newline
	case j == len(b) || last == i:
		return j
	}
	return last
}

// run ends the run of characters of the set that begins at b[i].
func run(b []byte, i int, set uint16) int {
	for i < len(b) {
		if c := b[i]; c < utf8.RuneSelf {
			if 1<<asciiClass[c]&set == 0 {
				break
			}
			i++
			continue
		}
		class, n := wideClassAt(b, i)
		if 1<<class&set == 0 {
			break
		}
		i += n
	}
	return i
}

// digits ends a piece of at most most numbers.
func digits(b []byte, i, most int) int {
	for ; most > 0 && i < len(b); most-- {
		class, n := classAt(b, i)
		if class != classNumber {
			break
		}
		i += n
	}
	return i
}

// punctuation ends a piece of anything but letters, numbers and white space, and of the characters of
// tail that follow it.
func punctuation(b []byte, i int, tail string) int {
	i = run(b, i, setOther)
	for i < len(b) && tail != "" && (b[i] == '\n' || b[i] == '\r' || (b[i] == '/' && len(tail) == 3)) {
		i++
	}
	return i
}

// contractionMost is more than the bytes of any contraction.
const contractionMost = 4

// contraction is the length of 's 't 're 've 'm 'll 'd at b[i], or 0. With fold, capitals count too, and
// the long s, U+017F, which Unicode folds to s.
func contraction(b []byte, i int, fold bool) int {
	if i+1 >= len(b) || b[i] != '\'' {
		return 0
	}
	var bit byte
	if fold {
		bit = 0x20
	}
	c := b[i+1] | bit
	switch c {
	case 's', 't', 'm', 'd':
		return 2
	}
	if i+2 >= len(b) {
		return 0
	}
	d := b[i+2] | bit
	switch {
	case c == 'r' && d == 'e', c == 'v' && d == 'e', c == 'l' && d == 'l':
		return 3
	case fold && b[i+1] == 0xc5 && b[i+2] == 0xbf:
		return 3
	}
	return 0
}

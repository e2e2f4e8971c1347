package score

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Case is ignored without a language being known, and that must hold for Turkish too, whose capital of
// i is İ and whose small letter of I is ı. So the letter I matches both i and ı, İ matches i, and i and
// ı stay two letters: "IŞIK" is "ışık", "İADE" is "iade", "TITLE" is "title", and "sınır" is not "sinir".
// That relation is not transitive, so no folded string can express it: folded keeps in kind which of
// the four letters stood at each i of text.
type folded struct {
	text string // folded, with i for all four letters
	kind []byte // 0 elsewhere; as long as text
}

const (
	smallDotted = iota + 1
	capitalDotless
	capitalDotted
	smallDotless
)

func fold(s string) folded {
	f := folded{kind: make([]byte, 0, len(s))}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFC.String(s) {
		kind := byte(0)
		switch r {
		case 'i':
			kind = smallDotted
		case 'I':
			kind = capitalDotless
		case 'İ':
			kind = capitalDotted
		case 'ı':
			kind = smallDotless
		case '\u0307': // what lower-casing İ by the default rules leaves behind its i
			if n := len(f.kind); n > 0 && f.kind[n-1] == smallDotted {
				continue
			}
		}
		if kind != 0 {
			r = 'i'
		} else {
			r = canonical(r)
		}
		before := b.Len()
		b.WriteRune(r)
		for range b.Len() - before {
			f.kind = append(f.kind, kind)
		}
	}
	f.text = b.String()
	return f
}

// canonical is the smallest letter of those that differ in case only: K for k and the Kelvin sign.
func canonical(r rune) rune {
	if r < unicode.MaxASCII {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}
	smallest := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		smallest = min(smallest, next)
	}
	return smallest
}

func (f folded) contains(part folded) bool {
	for from := 0; from <= len(f.text); {
		i := strings.Index(f.text[from:], part.text)
		if i < 0 {
			return false
		}
		if f.matchesAt(from+i, part) {
			return true
		}
		from += i + 1
	}
	return false
}

func (f folded) hasPrefix(part folded) bool {
	return strings.HasPrefix(f.text, part.text) && f.matchesAt(0, part)
}

func (f folded) equal(g folded) bool { return f.text == g.text && f.matchesAt(0, g) }

// matchesAt compares the letters i where the folded texts agree already.
func (f folded) matchesAt(at int, part folded) bool {
	for i, k := range part.kind {
		if k != 0 && !sameI(f.kind[at+i], k) {
			return false
		}
	}
	return true
}

func sameI(a, b byte) bool {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == b, a == smallDotted && b == capitalDotless, a == smallDotted && b == capitalDotted,
		a == capitalDotless && b == smallDotless:
		return true
	}
	return false
}

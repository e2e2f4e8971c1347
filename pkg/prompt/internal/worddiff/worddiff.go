// Package worddiff compares two texts word by word.
//
// Texts are compared line by line first, and the lines that differ word by word. The algorithm is that
// of Myers ("An O(ND) Difference Algorithm and Its Variations", 1986); where two texts have too little in
// common for it, they are cut at the lines or words that occur once in both (Cohen's patience diff), and
// where there are none either, one replaces the other. So the work stays close to the length of the texts.
package worddiff

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Op says what happened to the text of a Span.
type Op int

// The operations.
const (
	Equal  Op = iota // in both texts
	Delete           // only in the old one
	Insert           // only in the new one
)

// Span is a piece of text with one fate. Neighbours have different ones.
type Span struct {
	Op   Op
	Text string
}

// Diff compares two texts. The Equal and Delete spans make up from, the Equal and Insert spans to.
func Diff(from, to string) []Span {
	var out spans
	var deleted, inserted []string
	flush := func() {
		if len(deleted) > 0 && len(inserted) > 0 {
			for _, e := range compare(words(strings.Join(deleted, "")), words(strings.Join(inserted, "")), 0) {
				out.add(e.op, e.token)
			}
		} else {
			out.add(Delete, strings.Join(deleted, ""))
			out.add(Insert, strings.Join(inserted, ""))
		}
		deleted, inserted = nil, nil
	}
	for _, e := range compare(slices.Collect(strings.Lines(from)), slices.Collect(strings.Lines(to)), 0) {
		switch e.op {
		case Delete:
			deleted = append(deleted, e.token)
		case Insert:
			inserted = append(inserted, e.token)
		default:
			flush()
			out.add(Equal, e.token)
		}
	}
	flush()
	return out.done()
}

// spans joins what has the same fate, with deletions before insertions.
type spans struct {
	list []Span
	del  strings.Builder
	ins  strings.Builder
	same strings.Builder
}

func (s *spans) add(op Op, text string) {
	if text == "" {
		return
	}
	switch op {
	case Delete:
		s.close(&s.same, Equal)
		s.del.WriteString(text)
	case Insert:
		s.close(&s.same, Equal)
		s.ins.WriteString(text)
	default:
		s.close(&s.del, Delete)
		s.close(&s.ins, Insert)
		s.same.WriteString(text)
	}
}

func (s *spans) close(b *strings.Builder, op Op) {
	if b.Len() > 0 {
		s.list = append(s.list, Span{op, b.String()})
		b.Reset()
	}
}

func (s *spans) done() []Span {
	s.close(&s.same, Equal)
	s.close(&s.del, Delete)
	s.close(&s.ins, Insert)
	return s.list
}

// words cuts a text into words, runs of white space and single other characters.
func words(text string) []string {
	var out []string
	for text != "" {
		n := 0
		kind := -1
		for i, r := range text {
			k := class(r)
			if kind >= 0 && (k != kind || k == other) {
				break
			}
			kind = k
			_, size := utf8.DecodeRuneInString(text[i:])
			n = i + size
		}
		out = append(out, text[:n])
		text = text[n:]
	}
	return out
}

const (
	word = iota
	space
	other
)

func class(r rune) int {
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '_':
		return word
	case unicode.IsSpace(r):
		return space
	}
	return other
}

package route

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// signal is a property of a text that Classify weighs.
type signal int

const (
	length     signal = iota // words
	longWords                // share of words of nine letters or more: rare words, in the lack of a dictionary
	numbers                  // runs of digits
	magnitude                // decimal digits of the largest of them
	fractions                // %, /, ½ and decimals
	quantities               // words such as half, twice, each, yarısı, iki katı
	sentences
	conditions // words such as if, after, than, remaining, eğer, sonra, kalan
	commas
	questions // question marks, and words such as how, why, nasıl, kaç
	steps     // list items and words such as first, then, step
	lines
	code // brackets, semicolons and back ticks
	mathematics
	names // capitals that do not begin a sentence
	signals
)

// SignalNames are the names of what Signals gives, in its order.
func SignalNames() [signals]string {
	return [signals]string{
		"length", "long words", "numbers", "magnitude", "fractions", "quantities", "sentences", "conditions", "commas", "questions",
		"steps", "lines", "code", "mathematics", "names",
	}
}

// maxText bounds what is read of a text, in bytes; what a question asks for stands at one of its ends.
const maxText = 16 << 10

// Signals reads a text in one pass. Counts come as ln(1+n), so that the tenth sentence weighs less than the second.
func Signals(text string) [signals]float64 {
	var s [signals]float64
	if len(text) > maxText {
		text = runeCut(text)
	}
	r := reading{s: &s, fresh: true}
	r.read(text)
	words := max(1, s[length])
	s[longWords] /= words
	for i := range s {
		if signal(i) != longWords && signal(i) != magnitude {
			s[i] = math.Log1p(s[i])
		}
	}
	return s
}

// runeCut keeps both ends of a long text.
func runeCut(text string) string {
	head, tail := text[:maxText/2], text[len(text)-maxText/2:]
	for len(tail) > 0 && !utf8.RuneStart(tail[0]) {
		tail = tail[1:]
	}
	return strings.ToValidUTF8(head, "") + "\n" + tail
}

// reading is the state of one pass.
type reading struct {
	s     *[signals]float64
	fresh bool // a sentence begins
	ended bool // the last sentence has ended
}

func (r *reading) read(text string) {
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsLetter(c):
			size = span(text[i:], func(c rune) bool { return unicode.IsLetter(c) || unicode.Is(unicode.Mn, c) })
			r.word(text[i:i+size], c)
		case unicode.IsDigit(c):
			size = r.number(text[i:])
		default:
			r.mark(c)
		}
		i += size
	}
	if !r.ended && r.s[length]+r.s[numbers] > 0 {
		r.s[sentences]++
	}
}

func span(text string, in func(rune) bool) int {
	for i, c := range text {
		if !in(c) {
			return i
		}
	}
	return len(text)
}

func (r *reading) word(w string, first rune) {
	r.s[length]++
	letters := utf8.RuneCountInString(w)
	switch {
	case letters >= 9:
		r.s[longWords]++
	case unicode.Is(unicode.Han, first) || unicode.Is(unicode.Hiragana, first) || unicode.Is(unicode.Katakana, first):
		r.s[length] += float64(letters/2) - 1 // written without spaces, two letters a word
	}
	if !r.fresh && unicode.IsUpper(first) {
		r.s[names]++
	}
	if letters <= 12 {
		if kind, ok := meaning(w); ok {
			r.s[kind]++
		}
	}
	r.fresh, r.ended = false, false
}

func (r *reading) number(text string) int {
	size := span(text, func(c rune) bool { return unicode.IsDigit(c) || c == ',' || c == '.' })
	run := strings.TrimRight(text[:size], ".,")
	whole, _, decimal := strings.Cut(run, ".")
	if decimal {
		r.s[fractions]++
	}
	r.s[numbers]++
	r.s[magnitude] = max(r.s[magnitude], float64(len(strings.ReplaceAll(whole, ",", ""))))
	r.fresh, r.ended = false, false
	return len(run)
}

func (r *reading) mark(c rune) {
	switch c {
	case '.', '!', '。', '！':
		r.end()
	case '?', '？', '؟':
		r.s[questions]++
		r.end()
	case '\n':
		r.s[lines]++
		r.fresh = true
	case ',', '،', '、', '，':
		r.s[commas]++
	case '%', '/', '½', '¼', '¾', '⅓':
		r.s[fractions]++
	case '{', '}', '[', ']', ';', '`', '<', '>', '_':
		r.s[code]++
	case '=', '+', '*', '^', '×', '÷', '√', '∑', '∫', '≤', '≥', '\\':
		r.s[mathematics]++
	case '•', '‣':
		r.s[steps]++
	}
}

func (r *reading) end() {
	if !r.ended && r.s[length]+r.s[numbers] > 0 {
		r.s[sentences]++
	}
	r.fresh, r.ended = true, true
}

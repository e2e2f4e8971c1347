package metric

import (
	"strings"
	"unicode"
)

// NormalizeSQuAD prepares an answer for comparison as SQuAD's evaluate-v1.1.py does, in its order: lower
// case, without ASCII punctuation, without the words a, an and the, single spaces.
// Source: Rajpurkar and others 2016, and the official evaluation script.
func NormalizeSQuAD(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	return strings.Join(strings.Fields(dropArticles(s)), " ")
}

// dropArticles puts a space in the place of each article that stands alone: the script's \b(a|an|the)\b,
// whose \b is Python's and so knows letters, digits and the underscore of all scripts.
func dropArticles(s string) string {
	var b strings.Builder
	word := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }
	for len(s) > 0 {
		end := strings.IndexFunc(s, func(r rune) bool { return !word(r) })
		if end < 0 {
			end = len(s)
		}
		switch w := s[:end]; w {
		case "a", "an", "the":
			b.WriteByte(' ')
		default:
			b.WriteString(w)
		}
		s = s[end:]
		next := strings.IndexFunc(s, word)
		if next < 0 {
			next = len(s)
		}
		b.WriteString(s[:next])
		s = s[next:]
	}
	return b.String()
}

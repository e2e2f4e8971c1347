package metric

import (
	"regexp"
	"strings"
	"unicode"
)

// Ignore says what does not count when two texts are compared, as exact_match of Hugging Face's evaluate and of
// lm-evaluation-harness has it. The zero value ignores nothing.
type Ignore struct {
	Patterns    []*regexp.Regexp // what they match is taken out first, in their order
	Case        bool
	Punctuation bool // ASCII's
	Digits      bool // ASCII's
}

// Equal tells whether the two texts are the same without what is ignored. Texts of which nothing is left are the
// same only where they were so before. Source: huggingface/evaluate, exact_match.py.
func (o Ignore) Equal(a, b string) bool {
	if a == b {
		return true
	}
	left := o.strip(a)
	return left != "" && left == o.strip(b)
}

// strip takes out what is ignored: patterns before case, case before characters.
func (o Ignore) strip(s string) string {
	for _, p := range o.Patterns {
		s = p.ReplaceAllString(s, "")
	}
	if o.Case {
		s = strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		if o.Punctuation && asciiPunctuation(r) || o.Digits && '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, s)
}

func asciiPunctuation(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r))
}

package metric

import (
	"strings"
	"unicode"
)

// Tokenizer is one of sacrebleu's.
type Tokenizer string

// The tokenizers.
const (
	Tokenize13a  Tokenizer = "13a"  // that of NIST's mteval-v13a.pl: the default, and what papers report
	TokenizeIntl Tokenizer = "intl" // mteval-v14's: punctuation and symbols by their Unicode category
	TokenizeChar Tokenizer = "char" // each character, for scripts without spaces
	TokenizeNone Tokenizer = "none" // white space only: the text is tokenised already
)

// Tokenizers lists those there are.
func Tokenizers() []Tokenizer {
	return []Tokenizer{Tokenize13a, TokenizeIntl, TokenizeChar, TokenizeNone}
}

func (o BLEU) tokenizer() Tokenizer {
	if o.Tokenize == "" {
		return Tokenize13a
	}
	return o.Tokenize
}

func (o BLEU) tokens(s string) []string {
	if o.Lowercase {
		s = strings.ToLower(s)
	}
	s = strings.TrimRightFunc(s, space)
	switch o.tokenizer() {
	case TokenizeIntl:
		s = splitIntl(s)
	case TokenizeChar:
		s = splitChars(s)
	case TokenizeNone:
	default:
		s = split13a(s)
	}
	return strings.FieldsFunc(s, space)
}

// space is Python's str.isspace, by which the reference implementations split: Unicode's white space and
// the four separators of ASCII.
func space(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// split13a puts spaces around tokens as sacrebleu's tokenizer_13a and tokenizer_re do: entities of SGML
// undone, then four substitutions, of which each takes matches from left to right that do not overlap.
// They can be done by bytes, because all that they look for is ASCII.
func split13a(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "<skipped>", ""), "-\n", "")
	s = strings.ReplaceAll(s, "\n", " ")
	if strings.Contains(s, "&") {
		for _, entity := range [][2]string{{"&quot;", `"`}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}} {
			s = strings.ReplaceAll(s, entity[0], entity[1])
		}
	}
	b := spread([]byte(" " + s + " "))
	b = pairs(b, func(x, y byte) bool { return !isDigit(x) && isMark(y) }, "\x00 \x01 ")
	b = pairs(b, func(x, y byte) bool { return isMark(x) && !isDigit(y) }, " \x00 \x01")
	b = pairs(b, func(x, y byte) bool { return isDigit(x) && y == '-' }, "\x00 \x01 ")
	return string(b)
}

// spread puts spaces around the ASCII characters [{-~[-` -&(-+:-@/].
func spread(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/4)
	for _, c := range b {
		if '{' <= c && c <= '~' || '[' <= c && c <= '`' || ' ' <= c && c <= '&' || '(' <= c && c <= '+' || ':' <= c && c <= '@' || c == '/' {
			out = append(out, ' ', c, ' ')
		} else {
			out = append(out, c)
		}
	}
	return out
}

// pairs replaces two neighbours that fit by a form, in which 0 stands for the first and 1 for the second.
func pairs(b []byte, fit func(x, y byte) bool, form string) []byte {
	out := make([]byte, 0, len(b)+len(b)/4)
	for i := 0; i < len(b); i++ {
		if i+1 == len(b) || !fit(b[i], b[i+1]) {
			out = append(out, b[i])
			continue
		}
		for _, c := range []byte(form) {
			if c <= 1 {
				c = b[i+int(c)]
			}
			out = append(out, c)
		}
		i++
	}
	return out
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isMark(c byte) bool  { return c == '.' || c == ',' }

// splitIntl is sacrebleu's tokenizer_intl: punctuation apart unless a digit stands before it, then unless
// one stands behind it, and symbols apart.
func splitIntl(s string) string {
	number, mark := unicode.IsNumber, unicode.IsPunct
	r := runePairs([]rune(s), func(x, y rune) bool { return !number(x) && mark(y) }, func(x, y rune) []rune { return []rune{x, ' ', y, ' '} })
	r = runePairs(r, func(x, y rune) bool { return mark(x) && !number(y) }, func(x, y rune) []rune { return []rune{' ', x, ' ', y} })
	var b strings.Builder
	for _, c := range r {
		if unicode.IsSymbol(c) {
			b.WriteByte(' ')
			b.WriteRune(c)
			b.WriteByte(' ')
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func runePairs(r []rune, fit func(x, y rune) bool, form func(x, y rune) []rune) []rune {
	out := make([]rune, 0, len(r)+len(r)/4)
	for i := 0; i < len(r); i++ {
		if i+1 < len(r) && fit(r[i], r[i+1]) {
			out = append(out, form(r[i], r[i+1])...)
			i++
		} else {
			out = append(out, r[i])
		}
	}
	return out
}

func splitChars(s string) string {
	var b strings.Builder
	for _, c := range s {
		b.WriteRune(c)
		b.WriteByte(' ')
	}
	return b.String()
}

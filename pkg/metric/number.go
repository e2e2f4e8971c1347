package metric

import (
	"iter"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what counts as a number. An exponent past the limit would take memory without end when made
// exact, and a run of more digits is a model that repeats itself.
const (
	maxDigits   = 400
	maxExponent = 400
	maxPairs    = 20 // groups of two digits before one of three; a list of such numbers has any number of them
)

// FinalNumber finds the last number in text, exactly: 1,234 and $1 234 (with thin, narrow or no-break
// spaces, or apostrophes) are 1234, 3.0 is 3, 50% is 50, 1.5e3 is 1500, 1/2 is a half, −2 with either
// minus is −2. decimal is the mark before the fraction, '.' or ','; the other one groups digits. A
// comma that groups nothing separates numbers: "1, 2" and "1,2" end in 2. A hyphen after a letter,
// a digit or a closing bracket is no sign: "16-3" ends in 3. A full stop that no digit follows ends the
// sentence. It returns nil where there is no number.
func FinalNumber(text string, decimal rune) *big.Rat {
	last := number{}
	for rest := 0; rest < len(text); {
		n := scanNumber(text, rest, decimal)
		if n.text == "" {
			break
		}
		last, rest = n, n.end
	}
	return last.rat()
}

// FirstNumber is FinalNumber for the first number of the text.
func FirstNumber(text string, decimal rune) *big.Rat {
	return scanNumber(text, 0, decimal).rat()
}

// Numbers gives all numbers of the text in their order, read as FinalNumber reads its one.
func Numbers(text string, decimal rune) iter.Seq[*big.Rat] {
	return func(yield func(*big.Rat) bool) {
		for n := scanNumber(text, 0, decimal); n.text != ""; n = scanNumber(text, n.end, decimal) {
			if r := n.rat(); r != nil && !yield(r) {
				return
			}
		}
	}
}

// number is a number found in a text; the zero value is none.
type number struct {
	text string // plain form: sign, digits, '.', exponent, or digits/digits
	end  int    // byte offset behind it
}

// rat gives the number exactly, or nil where it has none or too many digits to be one.
func (n number) rat() *big.Rat {
	if n.text == "" {
		return nil
	}
	mantissa, exponent, _ := strings.Cut(n.text, "e")
	if len(mantissa) > maxDigits || tooLarge(exponent) {
		return nil
	}
	r, ok := new(big.Rat).SetString(n.text)
	if !ok { // a denominator of 0
		return nil
	}
	return r
}

func tooLarge(exponent string) bool {
	e := 0
	for _, c := range strings.TrimLeft(exponent, "+-") {
		if e = e*10 + int(c-'0'); e > maxExponent {
			return true
		}
	}
	return false
}

// scanNumber finds the first number at or after byte offset from.
func scanNumber(s string, from int, decimal rune) number {
	for i := from; i < len(s); i++ {
		switch {
		case digit(s, i):
			return readNumber(s, i, decimal)
		case rune(s[i]) == decimal && digit(s, i+1) && (i == 0 || !digit(s, i-1)):
			return readNumber(s, i, decimal)
		}
	}
	return number{}
}

// readNumber reads the number whose digits start at i.
func readNumber(s string, i int, decimal rune) number {
	sign, inDate := signBefore(s, i), i > 0 && s[i-1] == '/'
	whole, i := readWhole(s, i, decimal)
	if denominator, end := readDigits(s, i+1); i < len(s) && s[i] == '/' && denominator != "" && !inDate && !goesOn(s, end) {
		return number{sign + whole + "/" + denominator, end}
	}
	text := sign + whole
	if i < len(s) && rune(s[i]) == decimal {
		if fraction, end := readDigits(s, i+1); fraction != "" {
			text, i = text+"."+fraction, end
		}
	}
	exponent, i := readExponent(s, i)
	return number{text + exponent, i}
}

// readWhole reads digits, grouped or not, and gives them without the marks between the groups. A number
// that starts with its decimal mark has a whole part of 0.
func readWhole(s string, i int, decimal rune) (string, int) {
	digits, end := readDigits(s, i)
	if digits == "" {
		return "0", i
	}
	if len(digits) > 3 {
		return digits, end
	}
	// Western groups are of three digits; Indian ones of two, but for the last.
	joined, whole, at := []byte(digits), len(digits), end
	mark := ""
	for pairs := 0; pairs <= maxPairs; pairs++ {
		m := groupMark(s, at, decimal)
		group, next := readDigits(s, at+len(m))
		if m == "" || (mark != "" && m != mark) || len(group) < 2 || len(group) > 3 {
			break
		}
		joined, at, mark = append(joined, group...), next, m
		if len(group) == 3 {
			whole, end, pairs = len(joined), at, 0
		}
	}
	return string(joined[:whole]), end
}

// groupMark is what separates groups of digits at i, or "".
func groupMark(s string, i int, decimal rune) string {
	r, size := utf8.DecodeRuneInString(s[min(i, len(s)):])
	switch r {
	case decimal:
		return ""
	case ',', '.', '\'', '\u2019', '\u00a0', '\u2009', '\u202f', '\u2007':
		return s[i : i+size]
	}
	return ""
}

func readDigits(s string, i int) (string, int) {
	start := min(i, len(s))
	for i = start; digit(s, i); i++ {
	}
	return s[start:i], i
}

// readExponent reads e3, E+3 or e-3, or nothing.
func readExponent(s string, i int) (string, int) {
	if i >= len(s) || (s[i] != 'e' && s[i] != 'E') {
		return "", i
	}
	at, sign := i+1, ""
	if at < len(s) && (s[at] == '+' || s[at] == '-') {
		sign, at = s[at:at+1], at+1
	}
	digits, end := readDigits(s, at)
	if digits == "" {
		return "", i
	}
	return "e" + sign + digits, end
}

// signBefore looks left of the digits, past a currency mark and spaces after it, for a minus that is a
// sign and not a hyphen or an operator between two terms.
func signBefore(s string, i int) string {
	left := s[:i]
	if trimmed := strings.TrimRight(left, " \u00a0"); strings.HasSuffix(trimmed, "$") || hasCurrency(trimmed) {
		_, size := utf8.DecodeLastRuneInString(trimmed)
		left = trimmed[:len(trimmed)-size]
	}
	before := strings.TrimSuffix(strings.TrimSuffix(left, "-"), "\u2212")
	if before == left {
		return ""
	}
	r, _ := utf8.DecodeLastRuneInString(before)
	if before != "" && (r == ')' || r == ']' || unicode.IsLetter(r) || unicode.IsNumber(r)) {
		return ""
	}
	return "-"
}

func hasCurrency(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	switch r {
	case '€', '£', '¥', '₺', '₹', '₩', '₽', '฿', '₫', '₪', '₴', '¢':
		return true
	}
	return false
}

func digit(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }

// goesOn tells whether what looks like the end of a fraction is the middle of a date or of something else.
func goesOn(s string, i int) bool {
	return i < len(s) && (s[i] == '/' || (s[i] == '.' || s[i] == ',') && digit(s, i+1))
}

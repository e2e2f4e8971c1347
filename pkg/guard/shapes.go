package guard

import "strings"

// alphabet is a set of ASCII characters, as bits.
type alphabet [2]uint64

func letters(chars string) (a alphabet) {
	for i := range len(chars) {
		a[chars[i]/64] |= 1 << (chars[i] % 64)
	}
	return a
}

const (
	digits  = "0123456789"
	small   = "abcdefghijklmnopqrstuvwxyz"
	capital = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

var (
	alnum      = letters(digits + small + capital)
	lowerAlnum = letters(digits + small)
	upper      = letters(digits + capital)
	wordNoDash = letters(digits + small + capital + "_")
	word       = letters(digits + small + capital + "_-")
	dotted     = letters(digits + small + capital + "_-.")
	opaque     = letters(digits + small + capital + "_-.+/~")
	pemBody    = letters(digits + small + capital + "+/=\r\n\\")
	pemLabel   = letters(capital + digits + " ")
	hex        = letters(digits + "abcdef")
	hexDash    = letters(digits + "abcdef-")
	hexUnder   = letters(digits + "abcdef_")
	decimal    = letters(digits)
)

func (a alphabet) has(c byte) bool { return c < 128 && a[c/64]&(1<<(c%64)) != 0 }

// run counts the leading bytes of s in the alphabet, most at the most.
func (a alphabet) run(s string, most int) int {
	n := 0
	for n < len(s) && n < most && a.has(s[n]) {
		n++
	}
	return n
}

// value is the length of an opaque value at the start of s, with the padding of base64.
func value(s string) int {
	n := opaque.run(s, open)
	for range 2 {
		if n > 0 && n < len(s) && s[n] == '=' {
			n++
		}
	}
	return n
}

// The judges of shapes: each gives how much of the body to take, 0 for none.

func uuid(_ string, _ int, body string) int {
	for i := range len(body) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (body[i] == '-') {
			return 0
		}
	}
	return len(body)
}

func openAI(_ string, _ int, body string) int { return when(body[20:28] == "T3BlbkFJ", body) }

func bothCases(_ string, _ int, body string) int {
	return when(strings.ContainsAny(body, small) && strings.ContainsAny(body, capital), body)
}

func twoParts(_ string, _ int, body string) int {
	return when(strings.IndexByte(body, '_') == 32, body)
}

func noExample(_ string, _ int, body string) int {
	return when(!strings.HasSuffix(body, "EXAMPLE"), body)
}

func hasDigit(_ string, _ int, body string) int { return when(strings.ContainsAny(body, digits), body) }

// sendGrid has two parts; a full stop may follow.
func sendGrid(_ string, _ int, body string) int {
	body = strings.TrimSuffix(body, ".")
	return when(len(body) == 66 && body[22] == '.', body)
}

// jwt wants three parts, of which the second is JSON in base64 as well.
func jwt(_ string, _ int, body string) int {
	body = strings.TrimRight(body, ".")
	parts := strings.Split(body, ".")
	return when(len(parts) == 3 && strings.HasPrefix(parts[1], "eyJ") && len(parts[2]) >= 16, body)
}

// deepSeek keys look like those of many servers, so the name has to be near.
func deepSeek(text string, start int, body string) int {
	near := strings.ToLower(text[max(0, start-80):start])
	if !strings.Contains(near, "deepseek") {
		return 0
	}
	return mixed(text, start, body)
}

// mixed wants letters and digits in the proportions of random text: a number has few letters, a name few
// digits.
func mixed(_ string, _ int, body string) int {
	numbers, others := 0, 0
	for i := range len(body) {
		switch {
		case decimal.has(body[i]):
			numbers++
		case alnum.has(body[i]):
			others++
		}
	}
	return when(numbers >= 3 && others >= 3, body)
}

func when(ok bool, body string) int {
	if ok {
		return len(body)
	}
	return 0
}

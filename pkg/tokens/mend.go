package tokens

import "unicode/utf8"

// mender makes valid UTF-8 of bytes that arrive in parts: each byte that is in no valid character
// becomes one U+FFFD, as encoding/json writes it into a request.
type mender struct {
	kept    []byte // the beginning of a character that is not whole yet
	invalid int    // bytes replaced
	chars   int    // characters given out
}

const replacement = "\uFFFD"

// add appends the mended text of p to dst.
func (m *mender) add(dst, p []byte) []byte {
	if len(m.kept) > 0 {
		p = append(m.kept, p...)
		m.kept = nil
	}
	whole := len(p) - tailSize(p)
	dst = m.mend(dst, p[:whole])
	if whole < len(p) {
		m.kept = append([]byte(nil), p[whole:]...)
	}
	return dst
}

// close appends what is left: an unfinished character is one U+FFFD a byte.
func (m *mender) close(dst []byte) []byte {
	dst = m.mend(dst, m.kept)
	m.kept = nil
	return dst
}

func (m *mender) mend(dst, p []byte) []byte {
	if utf8.Valid(p) {
		m.chars += utf8.RuneCount(p)
		return append(dst, p...)
	}
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, replacement...)
			m.invalid++
		} else {
			dst = append(dst, p[:n]...)
		}
		m.chars++
		p = p[n:]
	}
	return dst
}

// tailSize is the length of the beginning of a character at the end of p.
func tailSize(p []byte) int {
	for n := 1; n <= min(3, len(p)); n++ {
		c := p[len(p)-n]
		if startsRune(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(p[len(p)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

package replay

import (
	"fmt"
	"unicode/utf8"
)

// fault is a mistake at a byte of a line.
type fault struct {
	at  int
	msg string
}

// scanner walks over one JSON text, checking all of it and building nothing. encoding/json would take
// several times as long, names bytes of its own counting, and keeps silent on keys that come twice.
type scanner struct {
	b  []byte
	at int
}

// maxDepth bounds the nesting of arrays and objects.
const maxDepth = 500

// members calls yield with each name and value at the top of the object that line is. The name comes
// without quotes and with escapes as written; at is where the value starts.
func members(line []byte, yield func(name, value []byte, at int) *fault) *fault {
	if !utf8.Valid(line) {
		return &fault{invalidUTF8(line), "is not UTF-8"}
	}
	s := &scanner{b: line}
	s.space()
	if s.peek() != '{' {
		return &fault{s.at, "each line is a JSON object"}
	}
	if f := s.object(1, yield); f != nil {
		return f
	}
	s.space()
	if s.at < len(line) {
		return &fault{s.at, "there is more after the object; each line holds one"}
	}
	return nil
}

func (s *scanner) object(depth int, yield func(name, value []byte, at int) *fault) *fault {
	s.at++ // {
	if s.space(); s.peek() == '}' {
		s.at++
		return nil
	}
	for {
		s.space()
		name := s.at
		if s.peek() != '"' {
			return s.expected("a name in quotes")
		}
		if f := s.text(); f != nil {
			return f
		}
		nameEnd := s.at
		if s.space(); s.peek() != ':' {
			return s.expected("a colon")
		}
		s.at++
		s.space()
		value := s.at
		if f := s.value(depth); f != nil {
			return f
		}
		if yield != nil {
			if f := yield(s.b[name+1:nameEnd-1], s.b[value:s.at], value); f != nil {
				return f
			}
		}
		if more, f := s.comma('}'); !more {
			return f
		}
	}
}

func (s *scanner) array(depth int) *fault {
	s.at++ // [
	if s.space(); s.peek() == ']' {
		s.at++
		return nil
	}
	for {
		s.space()
		if f := s.value(depth); f != nil {
			return f
		}
		if more, f := s.comma(']'); !more {
			return f
		}
	}
}

// comma steps over what follows an element: a comma, or the end.
func (s *scanner) comma(end byte) (more bool, f *fault) {
	s.space()
	switch s.peek() {
	case ',':
		s.at++
		return true, nil
	case end:
		s.at++
		return false, nil
	}
	return false, s.expected(fmt.Sprintf("a comma or %q", end))
}

func (s *scanner) value(depth int) *fault {
	if depth > maxDepth {
		return &fault{s.at, "is nested too deep"}
	}
	switch c := s.peek(); {
	case c == '"':
		return s.text()
	case c == '{':
		return s.object(depth+1, nil)
	case c == '[':
		return s.array(depth + 1)
	case c == '-' || isDigit(c):
		return s.number()
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if len(s.b)-s.at >= len(word) && string(s.b[s.at:s.at+len(word)]) == word {
			s.at += len(word)
			return nil
		}
	}
	return s.expected("a value")
}

func (s *scanner) text() *fault {
	for s.at++; s.at < len(s.b); s.at++ {
		switch c := s.b[s.at]; {
		case c == '"':
			s.at++
			return nil
		case c == '\\':
			if f := s.escape(); f != nil {
				return f
			}
		case c < ' ':
			return &fault{s.at, fmt.Sprintf("a text holds the raw control character %U; write it as \\u%04x", c, c)}
		}
	}
	return s.expected("the closing quote of a text")
}

// escape checks an escape and stops at its last byte.
func (s *scanner) escape() *fault {
	from := s.at
	s.at++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			s.at++
			if c := s.peek() | 0x20; !isDigit(s.peek()) && (c < 'a' || c > 'f') {
				return &fault{from, "\\u needs four hexadecimal digits"}
			}
		}
		return nil
	}
	return &fault{from, "is no escape that JSON knows"}
}

func (s *scanner) number() *fault {
	if s.peek() == '-' {
		s.at++
	}
	if s.peek() == '0' {
		s.at++
	} else if !s.digits() {
		return s.expected("a digit")
	}
	if s.peek() == '.' {
		s.at++
		if !s.digits() {
			return s.expected("a digit after the point")
		}
	}
	if s.peek()|0x20 == 'e' {
		s.at++
		if c := s.peek(); c == '+' || c == '-' {
			s.at++
		}
		if !s.digits() {
			return s.expected("a digit in the exponent")
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	from := s.at
	for isDigit(s.peek()) {
		s.at++
	}
	return s.at > from
}

func (s *scanner) space() {
	for s.at < len(s.b) && (s.b[s.at] == ' ' || s.b[s.at] == '\t' || s.b[s.at] == '\r' || s.b[s.at] == '\n') {
		s.at++
	}
}

// peek is the byte at hand, 0 past the end.
func (s *scanner) peek() byte {
	if s.at < len(s.b) {
		return s.b[s.at]
	}
	return 0
}

func (s *scanner) expected(what string) *fault {
	if s.at >= len(s.b) {
		return &fault{len(s.b), "the line ends where " + what + " is expected"}
	}
	return &fault{s.at, "expected " + what}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

package eval

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

func (l *lean) float() (float64, error) { return strconv.ParseFloat(string(l.number()), 64) }
func (l *lean) int() (int, error)       { return strconv.Atoi(string(l.number())) }

// number takes the characters of a number as JSON has them; none where it has another form.
func (l *lean) number() []byte {
	begin := l.at
	for l.at < len(l.in) && (l.in[l.at] >= '0' && l.in[l.at] <= '9' || bytes.IndexByte([]byte("+-.eE"), l.in[l.at]) >= 0) {
		l.at++
	}
	text := l.in[begin:l.at]
	digits := bytes.TrimPrefix(text, []byte("-"))
	if len(digits) == 0 || digits[0] < '0' || digits[0] > '9' || digits[0] == '0' && len(digits) > 1 && digits[1] >= '0' && digits[1] <= '9' {
		return nil
	}
	if last := text[len(text)-1]; last < '0' || last > '9' || bytes.Contains(text, []byte(".e")) || bytes.Contains(text, []byte(".E")) {
		return nil
	}
	return text
}

func (l *lean) bool() (bool, error) {
	switch {
	case l.word("true"):
		return true, nil
	case l.word("false"):
		return false, nil
	}
	return false, errUnexpected
}

func (l *lean) null() bool { return l.word("null") }

func (l *lean) word(w string) bool {
	ok := bytes.HasPrefix(l.in[l.at:], []byte(w))
	if ok {
		l.at += len(w)
	}
	return ok
}

func (l *lean) byte(b byte) bool {
	if l.at < len(l.in) && l.in[l.at] == b {
		l.at++
		return true
	}
	return false
}

// object visits the entries of an object. visit takes the value; a key that comes twice is unexpected.
func (l *lean) object(visit func(key []byte) error) error {
	if !l.byte('{') {
		return errUnexpected
	}
	var keys [32][]byte
	for n := 0; !l.byte('}'); n++ {
		if n > 0 && !l.byte(',') || n == len(keys) {
			return errUnexpected
		}
		key, err := l.text()
		if err != nil || !l.byte(':') {
			return errUnexpected
		}
		for _, k := range keys[:n] {
			if bytes.Equal(k, key) {
				return errUnexpected
			}
		}
		keys[n] = key
		if err := visit(key); err != nil {
			return err
		}
	}
	return nil
}

// text takes a string without escapes.
func (l *lean) text() ([]byte, error) {
	if !l.byte('"') {
		return nil, errUnexpected
	}
	end := bytes.IndexByte(l.in[l.at:], '"')
	if end < 0 {
		return nil, errUnexpected
	}
	text := l.in[l.at : l.at+end]
	for _, b := range text {
		if b == '\\' || b < ' ' {
			return nil, errUnexpected
		}
	}
	if !utf8.Valid(text) {
		return nil, errUnexpected
	}
	l.at += end + 1
	return text, nil
}

// skipText passes over a string; what is escaped in it is not looked at.
func (l *lean) skipText() error {
	if !l.byte('"') {
		return errUnexpected
	}
	for {
		end := bytes.IndexByte(l.in[l.at:], '"')
		if end < 0 {
			return errUnexpected
		}
		slashes := 0
		for i := l.at + end - 1; i >= l.at && l.in[i] == '\\'; i-- {
			slashes++
		}
		if l.at += end + 1; slashes%2 == 0 {
			return nil
		}
	}
}

// skip passes over any value.
func (l *lean) skip() error {
	if l.at < len(l.in) && l.in[l.at] == '"' {
		return l.skipText()
	}
	for depth := 0; l.at < len(l.in); {
		switch l.in[l.at] {
		case '"':
			if err := l.skipText(); err != nil {
				return err
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return nil // the end of what the value stands in
			}
		case ',':
			if depth == 0 {
				return nil
			}
		}
		if l.at++; depth == 0 && (l.in[l.at-1] == '}' || l.in[l.at-1] == ']') {
			return nil
		}
	}
	return errUnexpected
}

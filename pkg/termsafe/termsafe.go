// Package termsafe makes text that somebody else wrote safe to show on a terminal: control characters,
// escape sequences and bidirectional overrides are shown instead of obeyed. Use String for a whole
// text and Writer for a stream.
package termsafe

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// String neutralises a whole text.
func String(s string) string {
	if !needsWork(s) {
		return s
	}
	var b strings.Builder
	w := NewWriter(&b)
	_, _ = io.WriteString(w, s) // a Builder does not fail
	_ = w.Close()
	return b.String()
}

// Line neutralises a text and keeps it on one line: line ends and tabs become spaces.
func Line(s string) string {
	if isLine(s) {
		return s
	}
	return strings.Join(strings.Fields(String(s)), " ")
}

// isLine tells of the most common texts, printable ASCII with single spaces inside, that Line has nothing to do.
func isLine(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == ' ' && last == ' ' {
			return false
		}
		last = s[i]
	}
	return s == "" || last != ' '
}

func needsWork(s string) bool {
	for _, r := range s {
		if r != '\n' && r != '\t' && shown(r) != "" {
			return true
		}
	}
	return !utf8.ValidString(s)
}

// Writer neutralises what is written through it, however the text is cut into writes. Close writes a
// character that was held back; it does not close the writer below.
type Writer struct {
	out  io.Writer
	held []byte // the beginning of a rune, or a carriage return whose line feed may follow
}

// NewWriter makes a Writer onto out.
func NewWriter(out io.Writer) *Writer { return &Writer{out: out} }

// Write passes p on, neutralised, in one write.
func (w *Writer) Write(p []byte) (int, error) {
	data := append(w.held, p...)
	w.held = nil
	var b strings.Builder
	b.Grow(len(data))
	for len(data) > 0 {
		if data[0] == '\r' && len(data) == 1 || !utf8.FullRune(data) {
			w.held = append([]byte(nil), data...)
			break
		}
		if data[0] == '\r' && data[1] == '\n' { // a line end as Windows writes it
			data = data[1:]
			continue
		}
		r, n := utf8.DecodeRune(data)
		emit(&b, r)
		data = data[n:]
	}
	if _, err := io.WriteString(w.out, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close writes what was held back.
func (w *Writer) Close() error {
	var b strings.Builder
	for _, r := range string(w.held) {
		emit(&b, r)
	}
	w.held = nil
	_, err := io.WriteString(w.out, b.String())
	return err
}

func emit(b *strings.Builder, r rune) {
	if s := shown(r); s != "" {
		b.WriteString(s)
		return
	}
	b.WriteRune(r)
}

// shown gives the visible form of a character that a terminal would obey, or "" for any other.
func shown(r rune) string {
	switch {
	case r == '\n' || r == '\t':
		return ""
	case r < 0x20: // C0: the control pictures, so that ESC is ␛
		return string(0x2400 + r)
	case r == 0x7f:
		return "␡"
	case r >= 0x80 && r <= 0x9f: // C1: CSI, OSC and DCS as one character
		return fmt.Sprintf("<U+%04X>", r)
	case isBidiControl(r):
		return fmt.Sprintf("<U+%04X>", r)
	}
	return ""
}

// isBidiControl is Unicode's Bidi_Control property (PropList.txt).
func isBidiControl(r rune) bool {
	switch {
	case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}

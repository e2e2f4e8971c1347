package termsafe_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

func TestString(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain text, lines and tabs stay", "İyi günler\n\t日本語 🙂\n", "İyi günler\n\t日本語 🙂\n"},
		{"CSI", "\x1b[31mred\x1b[0m", "␛[31mred␛[0m"},
		{"OSC with BEL", "\x1b]0;title\a", "␛]0;title␇"},
		{"OSC 52 with ST", "\x1b]52;c;aGk=\x1b\\", "␛]52;c;aGk=␛\\"},
		{"DCS", "\x1bPq\x1b\\", "␛Pq␛\\"},
		{"C1 CSI as a character", "\u009b31m", "<U+009B>31m"},
		{"C1 CSI as a byte", "\x9b31m", "\uFFFD31m"},
		{"bidi override", "a\u202eb\u2066c\u200f", "a<U+202E>b<U+2066>c<U+200F>"},
		{"a carriage return alone", "pay 5\rpay 9", "pay 5␍pay 9"},
		{"a Windows line end", "a\r\nb", "a\nb"},
		{"backspace and delete", "a\bb\x7f", "a␈b␡"},
		{"ends in a carriage return", "a\r", "a␍"},
		{"ends inside a rune", "a\xe2\x82", "a\uFFFD\uFFFD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := termsafe.String(tt.in); got != tt.want {
				t.Errorf("got %q; want %q", got, tt.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	if got, want := termsafe.Line(" a\n\tb\x1b  c "), "a b␛ c"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func FuzzWriterCutsAnywhere(f *testing.F) {
	f.Add("a\x1b[31m\r\n日\u202e\x9b", 3)
	f.Fuzz(func(t *testing.T, s string, cut int) {
		want := termsafe.String(s)
		var b strings.Builder
		w := termsafe.NewWriter(&b)
		if cut < 0 || cut > len(s) {
			cut = len(s) / 2
		}
		for _, part := range []string{s[:cut], "", s[cut:]} {
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if got != want {
			t.Errorf("cut at %d: %q; whole: %q", cut, got, want)
		}
		if strings.ContainsAny(got, "\x1b\x00\x07\x7f\u009b\u202e") || !utf8.ValidString(got) {
			t.Errorf("not neutral: %q", got)
		}
	})
}

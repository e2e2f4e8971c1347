package tokens

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestClasses compares the table of Unicode 16 with Go's tables. They may differ only in code points which
// Go's version doesn't know yet; later versions of Go know more than the table.
func TestClasses(t *testing.T) {
	newer := 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		got, want := classOf(r), goClass(r)
		if got == want {
			continue
		}
		newer++
		if assigned := unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs); assigned && unicode.Version == "15.0.0" {
			t.Errorf("%U: class %d, Go has %d", r, got, want)
		}
	}
	t.Logf("Go has Unicode %s: %d code points differ", unicode.Version, newer)
	if unicode.Version == "15.0.0" && newer == 0 {
		t.Error("the table is not newer than Go's")
	}
}

func TestClassAt(t *testing.T) {
	for _, s := range []string{"a", "Z", "7", " ", "\n", "!", "é", "ß", "ǅ", "٣", "一", "ʰ", "\u0301", "\u3000", "🙂", "\U0001e030", "\uFFFD", "\U0010FFFF"} {
		r, size := utf8.DecodeRuneInString(s)
		for _, b := range [][]byte{[]byte(s), []byte(s + "xyz")} {
			class, n := classAt(b, 0)
			if class != goClass(r) || n != size || classBefore(b, size) != class {
				t.Errorf("%q: class %d of %d bytes, want %d of %d", b, class, n, goClass(r), size)
			}
		}
	}
	if classOf(0xD800) != classOther || classOf(-1) != classOther || classOf(utf8.MaxRune+1) != classOther {
		t.Error("what is no character has a class")
	}
}

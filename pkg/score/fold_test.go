package score

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	tests := []struct {
		name, text, part string
		want             bool
	}{
		{"same", "refund", "refund", true},
		{"English capitals", "REFUND WITHIN", "refund within", true},
		{"Turkish dotted capital", "İADE KOŞULLARI", "iade", true},
		{"Turkish dotless capital", "IŞIK", "ışık", true},
		{"Turkish, small to capital", "sınır", "SINIR", true},
		{"both in one text", "INFO: IŞIK", "info: ışık", true},
		{"ı is not i", "sınır", "sinir", false},
		{"İ is not ı", "İzmir", "ızmir", false},
		{"İ is not I", "İzmir", "IZMIR", false},
		{"lower case with a combining dot", "i\u0307ade", "İade", true},
		{"composed and decomposed", "I\u0307ade", "iade", true},
		{"a later match after a false one", "sinir sınır", "sınır", true},
		{"Greek sigmas", "ΟΔΟΣ", "οδος", true},
		{"German", "GROẞ", "groß", true},
		{"Kelvin sign", "20 \u212a", "20 k", true},
		{"Cyrillic", "ВОЗВРАТ", "возврат", true},
		{"absent", "refund", "return", false},
		{"empty part", "x", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fold(tt.text).contains(fold(tt.part)); got != tt.want {
				t.Errorf("%q contains %q: %t", tt.text, tt.part, got)
			}
		})
	}
}

func FuzzFold(f *testing.F) {
	f.Add("İADE ışık", "i")
	f.Add("i\u0307\xff", "\xff")
	f.Fuzz(func(t *testing.T, text, part string) {
		whole, piece := fold(text), fold(part)
		if len(whole.text) != len(whole.kind) {
			t.Fatalf("%d bytes and %d kinds", len(whole.text), len(whole.kind))
		}
		if !whole.equal(whole) || !whole.contains(whole) || !whole.hasPrefix(whole) {
			t.Errorf("%q does not match itself", text)
		}
		ascii := func(s string) bool { return len(s) == utf8.RuneCountInString(s) && utf8.ValidString(s) }
		if ascii(text) && ascii(part) && whole.contains(piece) != strings.Contains(strings.ToLower(text), strings.ToLower(part)) {
			t.Errorf("%q contains %q: %t", text, part, whole.contains(piece))
		}
	})
}

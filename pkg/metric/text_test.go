package metric

import (
	"fmt"
	"testing"
	"unicode/utf8"
)

func ExampleFinalNumber() {
	fmt.Println(FinalNumber("so she makes 9 * 2 = $18.00 a day.", '.').RatString())
	// Output: 18
}

func ExampleNormalizeSQuAD() {
	fmt.Println(NormalizeSQuAD("The  Eiffel Tower, in a park!"))
	// Output: eiffel tower in park
}

func TestNormalizeSQuAD(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"article inside a word stays", "theatre an_a", "theatre ana"},
		{"articles at the ends", "A cat, the", "cat"},
		{"punctuation joins before articles go", "a-b the.", "ab"},
		{"other scripts", "Über die Ärzte", "über die ärzte"},
		{"no ASCII punctuation", "“the” – end", "“ ” – end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := NormalizeSQuAD(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLevenshtein(t *testing.T) {
	tests := []struct {
		name, a, b string
		distance   int
		similarity float64
	}{
		{"both empty", "", "", 0, 1},
		{"one empty", "abc", "", 3, 0},
		{"kitten", "kitten", "sitting", 3, 1 - 3.0/7},
		{"code points, not bytes", "ışık", "isik", 3, 0.25},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := Levenshtein(tt.a, tt.b); d != tt.distance || Levenshtein(tt.b, tt.a) != d {
				t.Errorf("distance %d, want %d both ways", d, tt.distance)
			}
			if s := LevenshteinSimilarity(tt.a, tt.b); s != tt.similarity {
				t.Errorf("similarity %v, want %v", s, tt.similarity)
			}
		})
	}
}

func FuzzLevenshtein(f *testing.F) {
	f.Add("kitten", "sitting")
	f.Add("", "\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 2000 {
			return
		}
		d, longer := Levenshtein(a, b), max(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
		if d > longer || (d == 0) != (string([]rune(a)) == string([]rune(b))) {
			t.Errorf("distance of %q and %q is %d", a, b, d)
		}
	})
}

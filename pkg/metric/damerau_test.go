package metric

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDamerauLevenshtein(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"this", "tihs", 1},
		{"ca", "abc", 2}, // the swapped ones have another put between them
		{"a cat", "an act", 2},
		{"ışık", "ışkı", 1},
	} {
		if got := DamerauLevenshtein(tt.a, tt.b); got != tt.want {
			t.Errorf("%q to %q: got %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// It is a distance, never more than Levenshtein's, and never less than half of it: a swap is two edits.
func TestDamerauIsADistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching("[abc]{0,8}")
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		ab := DamerauLevenshtein(a, b)
		if back := DamerauLevenshtein(b, a); ab != back {
			t.Errorf("%q to %q: %d and back %d", a, b, ab, back)
		}
		if plain := Levenshtein(a, b); ab > plain || 2*ab < plain {
			t.Errorf("%q to %q: %d, and %d without swaps", a, b, ab, plain)
		}
		if over := DamerauLevenshtein(a, c) + DamerauLevenshtein(c, b); ab > over {
			t.Errorf("%q to %q: %d, over %q %d", a, b, ab, c, over)
		}
	})
}

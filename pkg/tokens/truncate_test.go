package tokens

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTruncate(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, model := range []string{"gpt-4o", "gpt-4", "text-davinci-003", "davinci", "claude-sonnet-4-5"} {
		c, err := For(model)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			text := randomText(rng, 1+rng.IntN(120))
			all := c.Count(text)
			n := rng.IntN(all + 3)
			got, count := c.Truncate(text, n)
			switch {
			case !strings.HasPrefix(text, got):
				t.Fatalf("%s: %q is no beginning of %q", model, got, text)
			case count > n || count != c.Count(got):
				t.Fatalf("%s: %q to %d tokens: %q of %d, which are %d", model, text, n, got, count, c.Count(got))
			case n >= all && !c.Estimated() && got != text:
				t.Fatalf("%s: %q has %d tokens and was cut to %q", model, text, all, got)
			case !utf8.ValidString(got):
				t.Fatalf("%s: %q cuts a character", model, got)
			}
		}
	}
}

func TestTruncateEdges(t *testing.T) {
	c, err := For("gpt-4o")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, text string
		n          int
		want       string
	}{
		{"nothing wanted", "hello", 0, ""},
		{"less than nothing", "hello", -1, ""},
		{"nothing there", "", 3, ""},
		{"all of it", "hello world", 2, "hello world"},
		{"a word", "hello world", 1, "hello"},
		{"a character of several tokens", "🫨", 1, ""},
		{"invalid bytes", "a\xff b", 2, "a\uFFFD"},
	} {
		if got, _ := c.Truncate(test.text, test.n); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

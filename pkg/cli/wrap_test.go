package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrapWords(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"short":                 {"use letters", "use letters"},
		"at a space":            {"one two three four five six seven", "one two three four\n      five six seven"},
		"as wide as it may be":  {"12345678901234567890 23", "12345678901234567890\n      23"},
		"not at a dash":         {"set it with --max-tokens", "set it with\n      --max-tokens"},
		"a command stays whole": {"then run `llmops eval run qa --tag a` again", "then run\n      `llmops eval run qa --tag a`\n      again"},
		"a lone backquote":      {"the ` is one two three four", "the ` is one two\n      three four"},
		"a word that is wider":  {"see https://example.com/a/long/address now", "see\n      https://example.com/a/long/address\n      now"},
		"lines of its own":      {"first\n  second line that is long", "first\n  second line that\n      is long"},
		"by columns, not bytes": {"ğüşıöçğüş ğüşıöçğüşı ü", "ğüşıöçğüş ğüşıöçğüşı\n      ü"},
		"empty":                 {"", ""},
	} {
		if diff := cmp.Diff(c.want, wrapWords(c.text, 26, 6)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

package diag_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func TestErrorNamesThePlace(t *testing.T) {
	cause := fmt.Errorf("deep: %w", fs.ErrNotExist)
	tests := []struct {
		name string
		err  *diag.Error
		want string
	}{
		{"no place", diag.Errorf("bad %d", 1), "bad 1"},
		{"a file", diag.At("a.yaml", 0, 0, "bad"), "a.yaml: bad"},
		{"a line", diag.At("a.yaml", 3, 0, "bad"), "a.yaml:3: bad"},
		{"a column", diag.At("a.yaml", 3, 7, "bad: %w", cause), "a.yaml:3:7: bad: deep: file does not exist"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("got %q; want %q", got, tt.want)
			}
		})
	}
	if !errors.Is(diag.Errorf("x: %w", cause), fs.ErrNotExist) {
		t.Error("the cause is lost")
	}
	wrapped := fmt.Errorf("outer: %w", diag.Errorf("bad").WithHint("mend %s", "it"))
	if got := diag.HintOf(wrapped); got != "mend it" {
		t.Errorf("got hint %q", got)
	}
}

func TestHintInJoinedErrors(t *testing.T) {
	hint := diag.Errorf("broken").WithHint("mend it")
	other := diag.Errorf("worse").WithHint("give up")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"second of two":      {errors.Join(errors.New("plain"), hint), "mend it"},
		"the first one wins": {errors.Join(hint, other), "mend it"},
		"wrapped in a join":  {fmt.Errorf("x: %w", errors.Join(errors.New("plain"), fmt.Errorf("y: %w", hint))), "mend it"},
		"two %w":             {fmt.Errorf("%w and %w", errors.New("plain"), other), "give up"},
		"none":               {errors.Join(errors.New("plain")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := diag.HintOf(c.err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	names := []string{"exact", "contains", "not_contains", "regex", "number"}
	for word, want := range map[string][]string{
		"exat": {"exact"}, "regexp": {"regex"}, "contain": {"contains", "not_contains"},
		"nubmer": {"number"}, "zzz": nil, "EXACT": {"exact"},
	} {
		if diff := cmp.Diff(want, diag.Nearest(word, names)); diff != "" {
			t.Errorf("%s: %s", word, diff)
		}
	}
}

func TestJSONFindsThePlace(t *testing.T) {
	for text, want := range map[string]string{
		"{\"a\": 1,\n \"ü\": x}": "f.json:2:7: malformed JSON: invalid character 'x' looking for beginning of value",
		"{\"a\": \"text\"}":      "f.json:1:12: a wants a whole number, not text",
		"{\"a\": 1.5}":           "f.json:1:9: a wants a whole number, not such a number",
		"[1]":                    "f.json:1:1: an object is wanted here, not a list",
		"{\"a\": 1":              "f.json:1:7: malformed JSON: unexpected end of JSON input",
		"":                       "f.json:1:1: malformed JSON: unexpected end of JSON input",
	} {
		var v struct {
			A int `json:"a"`
		}
		err := json.Unmarshal([]byte(text), &v)
		if got := diag.JSON("f.json", []byte(text), err).Error(); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", text, got, want)
		}
	}
}

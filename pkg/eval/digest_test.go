package eval

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// encoded is the definition of digest, in the words of the standard library.
func encoded(parts ...any) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, p := range parts {
		if err := enc.Encode(p); err != nil {
			fmt.Fprintf(h, "%v\n", p)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func TestDigest(t *testing.T) {
	for _, part := range []any{
		"", "plain", "a\"b", "a<b>&c", "çığ", "\u2028", "a\tb", "\x7f", "\xff", nil, 1.5, math.NaN(),
		[]string(nil),
		[]string{},
		[]string{"a"},
		[]string{"a", "b<"},
		labels{"a"},
		json.RawMessage(nil), json.RawMessage(`"a"`), json.RawMessage(`"a<"`), json.RawMessage(`"a\n\"b"`), json.RawMessage(`[1, 2]`), json.RawMessage(`7`),
		map[string]any(nil),
		map[string]any{},
		map[string]any{"b": "1", "a": "2"},
		map[string]any{"a": 1},
		map[string]any{"a": math.Inf(1)},
		map[string]any{"a": "x", "b": map[string]any{"c": []any{"d"}}},
		[]llm.Message(nil),
		[]llm.Message{llm.Text(llm.RoleUser, "hi")},
	} {
		if got, want := digest("x", part, "y"), encoded("x", part, "y"); got != want {
			t.Errorf("%T %v: the hash is another", part, part)
		}
	}
}

func FuzzDigest(f *testing.F) {
	f.Add("text", "name", "value")
	f.Add("a<b", "ğ", "\"")
	f.Fuzz(func(t *testing.T, text, name, value string) {
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		parts := []any{text, []string{text, value}, map[string]any{name: value, text: value}, json.RawMessage(raw)}
		if digest(parts...) != encoded(parts...) {
			t.Errorf("%q: the hash is another", parts)
		}
	})
}

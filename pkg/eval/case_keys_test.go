package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRepeatedKeys(t *testing.T) {
	many := make([]string, 100)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d": 1`, i)
	}
	for text, want := range map[string]string{
		`{"id": "a", "input": "x", "id": "b"}`:                                   "1:27: the key \"id\" is there twice",
		`{"id": "a", "ID": "b", "input": "x"}`:                                   "1:13: the key \"id\" is there twice", // both are the id
		`{"input": "x", "vars": {"a": 1, "b": {"a": 2}, "a": 3}}`:                "1:48: the key \"a\" is there twice",
		`{"input": "x", "vars": {"\u0061": 1, "a": 3}}`:                          "1:38: the key \"a\" is there twice",
		`{"input": [{"role": "user", "content": "a", "content": "b"}]}`:          "1:45: the key \"content\" is there twice",
		`{"input": "x", "vars": {` + strings.Join(many, ", ") + `, "k0": 2}}`:    "the key \"k0\" is there twice",
		`{"input": "x", "vars": {` + strings.Join(many, ", ") + `}}`:             "",
		`{"input": "\"a\", \"a\": \\", "vars": {"a": "A", "A": "a"}}`:            "",
		`{"input": "x", "expected": [{"a": 1}, {"a": 2}], "vars": {"input": 1}}`: "",
	} {
		for name, whole := range map[string]string{"c.jsonl": text + "\n", "c.json": "[" + text + "]"} {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, suiteName), []byte("cases: "+name+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(whole), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Load(dir)
			if err == nil {
				_, err = s.Scan(nil)
			}
			if name == "c.json" {
				want = strings.TrimLeft(want, "0123456789:") // behind the [
			}
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s %s: %v; want %q", name, text, err, want)
			}
		}
	}
}

// A key is repeated exactly where a decoder of tokens sees it come again.
func FuzzRepeatedKey(f *testing.F) {
	f.Add([]byte(`{"a": {"b": 1, "b": [{}, {"c": "}"}]}, "A": 2}`))
	f.Add([]byte(`[{"a\"": 1, "a\"": 2}, "x\\"]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		_, _, got := repeatedKey(raw)
		if want := repeats(json.NewDecoder(bytes.NewReader(raw)), 1); got != want {
			t.Errorf("%q: %v; want %v", raw, got, want)
		}
	})
}

// repeats reads a value.
func repeats(dec *json.Decoder, depth int) (found bool) {
	start, err := dec.Token()
	if err != nil || start != json.Delim('{') && start != json.Delim('[') {
		return false
	}
	seen := map[string]bool{}
	for dec.More() {
		if start == json.Delim('{') {
			token, _ := dec.Token()
			key, _ := token.(string)
			if depth == 1 {
				key = strings.ToLower(key)
			}
			found = found || seen[key]
			seen[key] = true
		}
		found = repeats(dec, depth+1) || found
	}
	_, _ = dec.Token()
	return found
}

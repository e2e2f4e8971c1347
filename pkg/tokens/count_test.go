package tokens

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

// vector is a text with its counts by the original tokenizer, built for WASM (npm's tiktoken 1.0.22).
type vector struct {
	ID       int            `json:"id"`
	Category string         `json:"category"`
	Text     string         `json:"text_base64"`
	Counts   map[string]int `json:"counts"`
}

func readVectors(t testing.TB, path string) []vector {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var vs []vector
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		text, err := base64.StdEncoding.DecodeString(v.Text)
		if err != nil {
			t.Fatal(err)
		}
		v.Text = string(text)
		vs = append(vs, v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return vs
}

func TestCountRealData(t *testing.T) {
	checkVectors(t, realdata.Path(t, "tokens", "counts.jsonl"))
}

func TestCountVectors(t *testing.T) {
	checkVectors(t, filepath.Join("testdata", "vectors.jsonl"))
}

func checkVectors(t *testing.T, path string) {
	valid, compared := 0, 0
	for _, v := range readVectors(t, path) {
		if !utf8.ValidString(v.Text) {
			continue
		}
		valid++
		for name, want := range v.Counts {
			c, err := Encoding(name)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Count(v.Text); got != want {
				t.Errorf("text %d (%s) in %s: %d tokens, want %d: %q", v.ID, v.Category, name, got, want, v.Text)
			}
			compared++
		}
	}
	if compared == 0 {
		t.Error("no text was compared")
	}
	t.Logf("%d texts, %d counts", valid, compared)
}

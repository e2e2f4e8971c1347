package replay_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

// grades writes a recording the size of the GSM8K ones: 1,319 answers, 410 kB.
func grades(b *testing.B) string {
	b.Helper()
	var s strings.Builder
	for i := range 1319 {
		fmt.Fprintf(&s, `{"case": "gsm8k-%04d", "output": "%s\nA: %d", "usage": {"input_tokens": 61, "output_tokens": 120}, "latency_ms": 850}`+"\n",
			i, strings.Repeat("She has 16 - 3 = <<16-3=13>>13 eggs left\\n", 5), i)
	}
	path := filepath.Join(b.TempDir(), "rec.jsonl")
	if err := os.WriteFile(path, []byte(s.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func BenchmarkOpen1319(b *testing.B) {
	path := grades(b)
	for b.Loop() {
		open(b, path)
	}
}

func BenchmarkOpenAndAnswer1319(b *testing.B) {
	path := grades(b)
	for b.Loop() {
		m := open(b, path)
		for i := range 1319 {
			if _, err := m.Generate(b.Context(), &llm.Request{Case: fmt.Sprintf("gsm8k-%04d", i)}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	r, err := replay.NewRecorder(filepath.Join(b.TempDir(), "rec.jsonl"), replay.Header{Source: "bench"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	resp := &llm.Response{Parts: []llm.Part{{Text: strings.Repeat("a word ", 60)}}, Usage: &llm.Usage{Output: 60}}
	for b.Loop() {
		if err := r.Record(ask("q"), resp, nil); err != nil {
			b.Fatal(err)
		}
	}
}

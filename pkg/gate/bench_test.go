package gate

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// store writes a run of 10,000 answers: a pass-or-fail metric, a graded one, a tag, cost, tokens and times.
func store(b *testing.B, id string, seed uint64) string {
	b.Helper()
	f, rng := newFake(id), rand.New(rand.NewPCG(seed, 1))
	f.info.Schema = "llmops.run/v1"
	f.info.Metrics = append(f.info.Metrics, eval.MetricID{Name: "likeness", Type: "levenshtein", Hash: "l"})
	for i := range 10_000 {
		rec := f.add(caseID(i), float64(rng.IntN(2)))
		rec.Scores["likeness"] = scoreOf(rng.Float64())
		rec.Output = strings.Repeat("an answer of some length, ", 8)
		rec.Tags = []string{[]string{"billing", "orders", "refunds", "other"}[i%4]}
		rec.Cost = ptr(llm.Money(1e6 + rng.Int64N(1e6)))
		rec.Usage = &llm.Usage{UncachedInput: 900 + rng.Int64N(100), Output: 40 + rng.Int64N(100)}
		rec.Latency, rec.TTFT = eval.Millis(4e8+rng.Int64N(1e9)), eval.Millis(1e8+rng.Int64N(1e8))
	}
	dir := filepath.Join(b.TempDir(), id)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	for _, rec := range f.records {
		if err := enc.Encode(rec); err != nil {
			b.Fatal(err)
		}
	}
	info, err := json.Marshal(f.info)
	if err != nil {
		b.Fatal(err)
	}
	for name, data := range map[string][]byte{"run.json": info, "cases.jsonl": text.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// From two directories to the verdict: two metrics, four slices of each, cost, tokens, latency and first token.
func BenchmarkDiff10k(b *testing.B) {
	before, now := store(b, "b", 1), store(b, "c", 2)
	for b.Loop() {
		baseline, candidate, err := LoadBoth(before, now)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Judge(b.Context(), baseline, candidate, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJudge10k(b *testing.B) {
	baseline, candidate, err := LoadBoth(store(b, "b", 1), store(b, "c", 2))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Judge(b.Context(), baseline, candidate, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

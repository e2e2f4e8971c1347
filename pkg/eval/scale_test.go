package eval

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/internal/delay"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// many writes a suite of n cases with three cheap scorers.
func many(b *testing.B, n int) *Suite {
	b.Helper()
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, `{"id": "case-%d", "input": "question %d", "expected": "the answer is 42", "tags": ["t%d"]}`+"\n", i, i, i%5)
	}
	dir := b.TempDir()
	writeFile(b, filepath.Join(dir, "c.jsonl"), lines.String())
	writeFile(b, filepath.Join(dir, suiteName), "cases: c.jsonl\nscorers:\n  - {type: exact}\n  - {type: number}\n  - {type: contains, values: answer}\n")
	s, err := Load(dir)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// The engine, scoring, statistics and the run directory, without a provider's time.
func BenchmarkRun10000Cases3Scorers(b *testing.B) {
	s := many(b, 10_000)
	for b.Loop() {
		if _, err := Run(b.Context(), s, Config{Caller: always("the answer is 42"), Root: b.TempDir(), Concurrency: 64}); err != nil {
			b.Fatal(err)
		}
	}
}

// What a run of 100,000 cases holds in memory at most.
func BenchmarkRun100000CasesHeap(b *testing.B) {
	s := many(b, 100_000)
	runtime.GC()
	for b.Loop() {
		var most uint64
		watch := func(p Progress) {
			if p.Done%10_000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse+m.StackInuse)
			}
		}
		if _, err := Run(b.Context(), s, Config{Caller: always("the answer is 42"), Root: b.TempDir(), Concurrency: 64, Progress: watch}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(most)/1e6, "MB")
	}
}

// 1,000 calls of 100 ms at 32 at once take 3.125 s by division, and 3.2 s in whole rounds.
func BenchmarkRunAtLatency(b *testing.B) {
	s := many(b, 1000)
	line := delay.New(100 * time.Millisecond)
	defer line.Close()
	slow := llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		line.Wait()
		return answering("the answer is 42"), nil
	})
	defer func() { b.ReportMetric(100*(b.Elapsed().Seconds()/float64(b.N)/3.125-1), "%over-ideal") }()
	for b.Loop() {
		if _, err := Run(b.Context(), s, Config{Caller: engine.New(engine.Config{Gateway: slow, Model: "x/y"}), Root: b.TempDir(), Concurrency: 32}); err != nil {
			b.Fatal(err)
		}
	}
}

package batch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// asked is a model that echoes, and counts how often each question came.
type asked struct {
	mu     sync.Mutex
	counts map[string]int // guarded by mu
	before func(ctx context.Context, question string, n int) error
}

func (a *asked) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	question := req.Messages[len(req.Messages)-1].Text()
	a.mu.Lock()
	if a.counts == nil {
		a.counts = map[string]int{}
	}
	a.counts[question]++
	n := a.counts[question]
	a.mu.Unlock()
	if a.before != nil {
		if err := a.before(ctx, question, n); err != nil {
			return nil, err
		}
	}
	return &llm.Response{
		Parts: []llm.Part{{Text: "echo: " + question}}, FinishReason: llm.FinishStop, Model: "echo-1",
		Usage: &llm.Usage{UncachedInput: 7, Output: 3}, Timing: llm.Timing{Total: time.Millisecond},
	}, nil
}

func (a *asked) count(question string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.counts[question]
}

// caller puts an engine with retry around a model, and a throttle in between.
func caller(m llm.Model, t *batch.Throttle) *engine.Engine {
	if t != nil {
		m = llm.Wrap(m, t.Middleware())
	}
	return engine.New(engine.Config{Gateway: gateway.New(gateway.Config{
		Open:  func(string) (llm.Model, error) { return m, nil },
		Retry: gateway.Retry{Attempts: 8, Base: time.Millisecond, MaxWait: 4 * time.Millisecond},
	})})
}

// config is a batch of files in a directory of the test.
func config(t testing.TB, input string) batch.Config {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "in.jsonl")
	write(t, path, input)
	return batch.Config{
		Input: batch.Input{Name: "in.jsonl", Path: path}, Output: filepath.Join(dir, "out.jsonl"),
		Settings: batch.Settings{Model: "fake/model"}, Concurrency: 4,
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// questions are n records r0, r1, …, of which each asks its own id.
func questions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":"r%d","input":"r%d"}`+"\n", i, i)
	}
	return b.String()
}

// run opens the batch and runs it.
func run(t testing.TB, cfg batch.Config, c batch.Caller) (*batch.Summary, error) {
	t.Helper()
	job, err := batch.Open(cfg)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := job.Close(); err != nil {
			t.Error(err)
		}
	}()
	return job.Run(context.Background(), c)
}

// records reads an output.
func records(t testing.TB, path string) []batch.Record {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []batch.Record
	for line := range bytes.Lines(data) {
		var r batch.Record
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("line %d: %v", len(out)+1, err)
		}
		out = append(out, r)
	}
	return out
}

// checkAll looks for exactly the records r0 to r(n-1), in order.
func checkAll(t testing.TB, path string, n int) {
	t.Helper()
	got := records(t, path)
	if len(got) != n {
		t.Fatalf("the output has %d records; want %d", len(got), n)
	}
	for i, r := range got {
		if r.ID != "r"+strconv.Itoa(i) {
			t.Fatalf("record %d is %s; want r%d", i+1, r.ID, i)
		}
	}
}

package remote_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/internal/batchserver"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

// book is a ledger in memory.
type book struct {
	mu      sync.Mutex
	records map[string]ledger.Record
	twice   int
}

func (b *book) Has(_ context.Context, id string) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.records[id]
	return ok, nil
}

func (b *book) Append(_ context.Context, r ledger.Record) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.records == nil {
		b.records = map[string]ledger.Record{}
	}
	if _, ok := b.records[r.TraceID]; ok {
		b.twice++
	}
	b.records[r.TraceID] = r
	return nil
}

func (b *book) Flush(context.Context) error { return nil }

// limited is an API with smaller parts.
type limited struct {
	remote.API
	requests int
}

func (l limited) Limits() remote.Limits {
	limits := l.API.Limits()
	if l.requests > 0 {
		limits.Requests = l.requests
	}
	return limits
}

func client(url string, perPart int, book *book) *remote.Client {
	settings := provider.Settings{
		Providers: map[string]provider.Entry{"openai": {BaseURL: url + "/v1"}, "anthropic": {BaseURL: url}},
		Key:       func(provider.Entry) (llm.Secret, error) { return llm.NewSecret(batchserver.Key), nil },
	}
	c := &remote.Client{
		Open: func(ref string) (remote.API, error) {
			b, err := provider.OpenBatching(ref, settings)
			if err != nil {
				return nil, err
			}
			return limited{remote.OpenAPI(b), perPart}, nil
		},
		Retry: gateway.Retry{Base: time.Millisecond, MaxWait: 2 * time.Millisecond},
		Price: func(_ string, u *llm.Usage, _ time.Time) *llm.Money {
			cost := llm.Money(u.Input() + 2*u.Output)
			return &cost
		},
	}
	if book != nil {
		c.Ledger = book
	}
	return c
}

// work is a batch in a directory of its own.
type work struct {
	dir, in, out string
	sub          remote.Submission
}

func newWork(t testing.TB, model string, lines ...string) *work {
	t.Helper()
	dir := t.TempDir()
	w := &work{dir: dir, in: filepath.Join(dir, "in.jsonl"), out: filepath.Join(dir, "out.jsonl")}
	if err := os.WriteFile(w.in, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.sub = submission(w.in, w.out, model)
	return w
}

func submission(in, out, model string) remote.Submission {
	return remote.Submission{
		Input: batch.Input{Name: "in.jsonl", Path: in}, Settings: batch.Settings{Model: model, Run: "batch-1"}, Output: out,
		Compose: estimate.Dry(engine.Config{}),
	}
}

// questions are n records with ids.
func questions(n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf(`{"id":"q%d","input":"question %d"}`, i, i))
	}
	return lines
}

func (w *work) records(t testing.TB) []batch.Record {
	t.Helper()
	f, err := os.Open(w.out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []batch.Record
	in := jsonlines.NewReader(f)
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		var r batch.Record
		if err == nil {
			err = json.Unmarshal(line, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
}

// told words a record for comparison: its output, or the type of its error.
func told(list []batch.Record) []string {
	var out []string
	for _, r := range list {
		if r.Error != nil {
			out = append(out, r.ID+" !"+r.Error.Type)
			continue
		}
		out = append(out, r.ID+" "+r.Output)
	}
	return out
}

func submit(t testing.TB, c *remote.Client, w *work) *remote.State {
	t.Helper()
	state, err := c.Submit(t.Context(), w.sub)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func fetch(t testing.TB, c *remote.Client, w *work) *remote.Fetched {
	t.Helper()
	res, err := c.Fetch(t.Context(), w.out, remote.FetchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func wrongKey(url string) func(string) (remote.API, error) {
	settings := provider.Settings{
		Providers: map[string]provider.Entry{"openai": {BaseURL: url + "/v1"}},
		Key:       func(provider.Entry) (llm.Secret, error) { return llm.NewSecret("sk-wrong-0123456789"), nil },
	}
	return func(ref string) (remote.API, error) {
		b, err := provider.OpenBatching(ref, settings)
		if err != nil {
			return nil, err
		}
		return remote.OpenAPI(b), nil
	}
}

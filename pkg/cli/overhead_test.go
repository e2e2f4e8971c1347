package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/internal/redistest"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// The parts of llmops.yaml that turn the stages on.
const (
	overheadLedger = "ledger: {off: false}\n"
	overheadRoute  = `model: auto
route:
  - {name: summaries, when: {task: summarize}, model: openai/gpt-4o-mini-2024-07-18}
  - {name: long, when: {min_tokens: 30000}, model: openai/gpt-4.1-2025-04-14}
  - {name: hard, when: {complexity: complex, tenant: other}, model: openai/gpt-4.1-2025-04-14}
  - {name: rest, model: main}
`
	overheadModels = `models:
  main: {deployments: [{model: openai/gpt-4o-2024-08-06}, {model: west/gpt-4o-2024-08-06}], balance: least_busy}
fallbacks: {main: [anthropic/claude-haiku-4-5-20251001, static: "Please try again later."]}
breaker: {failures: 5}
` + overheadWest
	overheadWest = `providers:
  west: {kind: openai, base_url: "http://127.0.0.1:1/v1", api_key_env: OPENAI_API_KEY}
prices: {west/gpt-4o-2024-08-06: {input: 2.5, output: 10}}
`
	overheadFit    = "context: {strategy: truncate_oldest}\n"
	overheadCache  = "cache: {on: true}\n"
	overheadLimits = `{rpm: 100000000, tpm: 100000000000, rpd: 10000000000, concurrency: 1000000, tokens_per_day: 100000000000000,
      tokens_per_month: 100000000000000, usd_per_day: 1000000000, usd_per_month: 1000000000}`
	overheadQuotas = `project: shop
quotas:
  tenants:
    default: ` + overheadLimits + `
  projects:
    shop: ` + overheadLimits + `
`
	overheadProviders = `  providers:
    openai: ` + overheadLimits + `
    west: ` + overheadLimits + `
  keys:
    OPENAI_API_KEY: ` + overheadLimits + `
`
	overheadPrompt = `---
name: support
version: 1.0.0
description: Answers order questions
input:
  schema: {question: string, name: string}
config: {temperature: 0, maxOutputTokens: 300}
---
{{role "system"}}
You answer questions about orders, in two sentences at most. Be friendly, and say so where you do not know something.
Never promise a refund. The customer is {{name}}.
{{role "user"}}
{{question}}
`
)

// BenchmarkEveryStage is what a call costs beyond its provider, which is in memory and answers at once: the engine as
// the commands put it together from llmops.yaml, with every stage on, over the provider called by itself in the
// same run. overhead-µs is the difference of the medians, mean-µs that of the means, in which the caller also waits for what
// the background writes; path-allocs has the allocations between call and answer, overhead-allocs those of the
// background for it too.
func BenchmarkEveryStage(b *testing.B) {
	everything := overheadLedger + overheadRoute + overheadModels + overheadFit + overheadCache + overheadQuotas + overheadProviders
	plain := "ledger: {off: true}\nmodel: openai/gpt-4o-2024-08-06\n"
	for _, c := range []struct {
		name, config           string
		prompt, stream, memory bool
	}{
		{name: "all", config: everything, prompt: true},
		{name: "all, streamed", config: everything, prompt: true, stream: true},
		{name: "all, quotas in memory", config: everything, prompt: true, memory: true},
		{name: "all, Redis", config: strings.NewReplacer("cache: {", "cache: {store: redis, ", "quotas:\n", "quotas:\n  store: redis\n").Replace(everything), prompt: true},
		{name: "none", config: plain},
		{name: "ledger", config: strings.Replace(plain, "true", "false", 1)},
		{name: "prompt", config: plain, prompt: true},
		{name: "route and pool", config: "ledger: {off: true}\n" + overheadRoute + overheadModels},
		{name: "cache", config: plain + overheadCache},
		{name: "quotas of tenant and project", config: plain + overheadQuotas},
		{name: "quotas of tenant, project, provider and key", config: plain + overheadWest + overheadQuotas + overheadProviders},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := overheadEnv(b, c.config)
			var provider llm.Model = llm.ModelFunc(answerAtOnce)
			o := engineOptions{around: func(llm.Model) llm.Model { return provider }}
			if c.memory {
				o.quota = quotasInMemory(b, e)
			}
			eng, err := e.engine(b.Context(), o)
			if err != nil {
				b.Fatal(err)
			}
			measureOverhead(b, eng, provider, filepath.Join(e.dir, ".llmops", databaseFile), c.prompt, c.stream)
		})
	}
}

// quotasInMemory are the configured limits over a store for one process alone.
func quotasInMemory(b *testing.B, e *env) *engine.Quota {
	b.Helper()
	price, err := e.pricer()
	if err != nil {
		b.Fatal(err)
	}
	q, err := e.quota(false, price)
	if err != nil {
		b.Fatal(err)
	}
	q.Budgets = budget.New(budget.Config{
		Store: budget.NewMemory(), Limits: func(s budget.Scope) budget.Limits { return configuredLimits(e.app.cfg, s) },
	})
	return q
}

// overheadEnv is a project with this llmops.yaml. Where Redis is named, a server of its own is started.
func overheadEnv(b *testing.B, config string) *env {
	b.Helper()
	dir := b.TempDir()
	if strings.Contains(config, "redis") {
		config += "redis: {url: \"" + redistest.Start(b).URL + "\"}\n"
	}
	for name, text := range map[string]string{"llmops.yaml": config, "prompts/support/v1.0.0.md": overheadPrompt} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		for _, p := range []string{path, filepath.Dir(path)} { // as usual, nobody wrote it a moment ago
			if err := os.Chtimes(p, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
				b.Fatal(err)
			}
		}
	}
	e := &env{in: strings.NewReader(""), out: io.Discard, err: os.Stderr, dir: dir, environ: []string{"OPENAI_API_KEY=k", "ANTHROPIC_API_KEY=k"}}
	b.Cleanup(func() {
		if err := e.close(); err != nil {
			b.Error(err)
		}
	})
	return e
}

func answerAtOnce(_ context.Context, req *llm.Request) (*llm.Response, error) {
	const text = "Your order left our warehouse this morning. It should be with you by Thursday."
	if req.OnDelta != nil {
		for word := range strings.SplitAfterSeq(text, " ") {
			if err := req.OnDelta(llm.Delta{Text: word}); err != nil {
				return nil, err
			}
		}
	}
	return &llm.Response{
		Parts: []llm.Part{{Text: text}}, FinishReason: llm.FinishStop, Model: "gpt-4o-2024-08-06",
		Usage: &llm.Usage{UncachedInput: 90, Output: 17},
	}, nil
}

// measureOverhead makes calls, each a question of its own, and then asks the bare provider as often.
func measureOverhead(b *testing.B, eng *engine.Engine, provider llm.Model, db string, prompt, stream bool) {
	zero := 0.0
	var ours, bare []time.Duration
	bareReq := &llm.Request{Model: "gpt-4o-2024-08-06", Temperature: &zero, Messages: []llm.Message{llm.Text(llm.RoleUser, "Where is my order?")}}
	if stream {
		bareReq.OnDelta = func(llm.Delta) error { return nil }
	}
	call := func(i int) engine.Call {
		question := fmt.Sprintf("Where is my order number %d? It should have been here on Monday, and the parcel service knows nothing of it.", i)
		c := engine.Call{Tenant: "default", Source: "chat", Request: llm.Request{OnDelta: bareReq.OnDelta}}
		if prompt {
			c.Prompt, c.Vars = "support@1.0.0", map[string]any{"question": question, "name": "Ada"}
			return c
		}
		c.Request.Messages, c.Request.Temperature = []llm.Message{llm.Text(llm.RoleUser, question)}, &zero
		return c
	}
	one := func(i int) {
		if res, err := eng.Generate(b.Context(), call(i)); err != nil || res.Response.Cached {
			b.Fatal(res.Response, err)
		}
	}
	for i := range 200 { // opens the stores, loads the tokenizer, prepares statements
		one(-1 - i)
	}
	b.ResetTimer()
	var before, between, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n := 0
	for ; b.Loop(); n++ {
		start := time.Now()
		one(n)
		ours = append(ours, time.Since(start))
	}
	runtime.ReadMemStats(&between)
	for i := range n {
		_ = call(i) // what the caller allocates is not ours
		start := time.Now()
		if _, err := provider.Generate(b.Context(), bareReq); err != nil {
			b.Fatal(err)
		}
		bare = append(bare, time.Since(start))
	}
	runtime.ReadMemStats(&after)
	if _, err := os.Stat(db); err == nil {
		b.ReportMetric(pathAllocs(b, db, func(i int) { one(n + i) })-float64(after.Mallocs-between.Mallocs)/float64(n), "path-allocs")
	}
	b.ReportMetric((mean(ours)-mean(bare)).Seconds()*1e6, "mean-µs")
	b.ReportMetric((medianOf(ours)-medianOf(bare)).Seconds()*1e6, "overhead-µs")
	b.ReportMetric((float64(between.Mallocs-before.Mallocs)-float64(after.Mallocs-between.Mallocs))/float64(n), "overhead-allocs")
}

// pathAllocs is what a call allocates while nothing is written in the background, since another connection holds the
// database's write lock.
func pathAllocs(b *testing.B, path string, one func(i int)) float64 {
	b.Helper()
	db, err := sqlite.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing is written
	const calls = 500
	var before, after runtime.MemStats
	err = db.Short(b.Context(), func(*sqlite.Short) error {
		time.Sleep(50 * time.Millisecond) // what was under way waits for the lock by now
		runtime.ReadMemStats(&before)
		for i := range calls {
			one(i)
		}
		runtime.ReadMemStats(&after)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return float64(after.Mallocs-before.Mallocs) / calls
}

func mean(d []time.Duration) time.Duration {
	var sum time.Duration
	for _, one := range d {
		sum += one
	}
	return sum / time.Duration(len(d))
}

func medianOf(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

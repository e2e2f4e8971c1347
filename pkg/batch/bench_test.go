package batch_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

const chatAnswer = `{"id":"1","object":"chat.completion","created":1,"model":"echo-1","choices":[{"index":0,"finish_reason":"stop",` +
	`"message":{"role":"assistant","content":"an answer of some words"}}],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}`

// BenchmarkLoopback runs batches through the whole engine, the ledger and the wire included, against a
// server in the same process, so that two cores serve both ends.
func BenchmarkLoopback(b *testing.B) {
	for _, c := range []struct {
		latency     time.Duration
		concurrency int
		records     int
	}{{0, 16, 20_000}, {50 * time.Millisecond, 64, 20_000}} {
		b.Run(fmt.Sprintf("%s-j%d", c.latency, c.concurrency), func(b *testing.B) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(c.latency)
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(chatAnswer))
			}))
			defer server.Close()
			var took, busy time.Duration
			for b.Loop() {
				cfg := config(b, questions(c.records))
				cfg.Concurrency = c.concurrency
				cfg.Throttle = batch.NewThrottle(batch.ThrottleConfig{Concurrency: c.concurrency})
				eng, stop := loopback(b, server.URL, cfg.Throttle)
				began, used := time.Now(), cpu()
				if s, err := run(b, cfg, eng); err != nil || s.Succeeded != c.records {
					b.Fatal(s, err)
				}
				stop() // the ledger's last records are a part of it
				took += time.Since(began)
				busy += cpu() - used
			}
			each := took / time.Duration(b.N)
			b.ReportMetric(float64(c.records)/each.Seconds(), "records/s")
			b.ReportMetric(float64(busy.Microseconds())/float64(b.N*c.records), "cpu-µs/record") // of both ends
			if c.latency > 0 {
				ideal := c.latency * time.Duration((c.records+c.concurrency-1)/c.concurrency)
				b.ReportMetric(100*(each.Seconds()/ideal.Seconds()-1), "%over-ideal")
			}
		})
	}
}

// loopback is the engine as the command line makes it.
func loopback(b *testing.B, url string, t *batch.Throttle) (*engine.Engine, func()) {
	b.Helper()
	db, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "llmops.db"))
	if err != nil {
		b.Fatal(err)
	}
	l, err := ledger.Open(b.Context(), db, ledger.Options{Texts: ledger.TextsFull})
	if err != nil {
		b.Fatal(err)
	}
	settings := provider.Settings{
		Transport: wire.NewBase(), Redact: func(s string) string { return s },
		Providers: map[string]provider.Entry{"fake": {Kind: "openai", BaseURL: url + "/v1"}},
	}
	gw := gateway.New(gateway.Config{Open: func(ref string) (llm.Model, error) {
		m, err := provider.Open(ref, settings)
		if err != nil {
			return nil, err
		}
		return llm.Wrap(m, t.Middleware()), nil
	}})
	return engine.New(engine.Config{Gateway: gw, Ledger: l}), func() {
		_ = l.Close()
		_ = db.Close()
	}
}

// BenchmarkMemory runs a batch of many records and tells what the process holds in the end.
func BenchmarkMemory(b *testing.B) {
	const n = 200_000
	for b.Loop() {
		cfg := config(b, questions(n))
		cfg.Concurrency = 16
		peak := uint64(0)
		cfg.Progress = func(p batch.Progress) {
			if p.Fresh%10_000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
		}
		if _, err := run(b, cfg, caller(llm.ModelFunc((&asked{}).Generate), nil)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(peak)/n, "heap-bytes/record")
	}
}

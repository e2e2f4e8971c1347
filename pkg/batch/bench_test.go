package batch_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
	"github.com/llmops-toolkit/llmops/pkg/quota"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// BenchmarkLoopback runs batches through the whole engine, the ledger and the wire included, against a
// server in the same process, so that both ends share its processors. A bare net/http client that sends as
// many requests to the same server and throws the answers away is the floor.
func BenchmarkLoopback(b *testing.B) {
	const records = 20_000
	for _, c := range []struct {
		latency     time.Duration
		concurrency int
	}{{0, 16}, {50 * time.Millisecond, 64}} {
		b.Run(fmt.Sprintf("%s-j%d", c.latency, c.concurrency), func(b *testing.B) {
			server := newLean(b, c.latency, nil)
			var took, busy, bare time.Duration
			for b.Loop() {
				began, used := time.Now(), cpu()
				benchBatch(b, server.URL, records, c.concurrency, quota.Limits{})
				took, busy = took+time.Since(began), busy+cpu()-used
				began = time.Now()
				bareClient(b, server.URL, records, c.concurrency)
				bare += time.Since(began)
			}
			total := float64(b.N * records)
			b.ReportMetric(0, "ns/op") // of both together: says nothing
			b.ReportMetric(total/took.Seconds(), "records/s")
			b.ReportMetric(total/bare.Seconds(), "bare-requests/s")
			b.ReportMetric(busy.Seconds()*1e6/total, "cpu-µs/record")
			if c.latency > 0 {
				ideal := c.latency.Seconds() * total / float64(c.concurrency)
				b.ReportMetric(100*(took.Seconds()/ideal-1), "%over-ideal")
				b.ReportMetric(100*(bare.Seconds()/ideal-1), "%bare-over-ideal")
			}
		})
	}
}

// BenchmarkRateLimit sends two minutes' worth of requests to a server that admits 6,000 in every 60
// seconds, with --rpm 6000.
func BenchmarkRateLimit(b *testing.B) {
	const records, perMinute = 12_000, 6000
	for b.Loop() {
		limit := &serverLimit{perMinute: perMinute}
		server := newLean(b, 20*time.Millisecond, limit)
		began := time.Now()
		benchBatch(b, server.URL, records, 16, quota.Limits{RequestsPerMinute: perMinute})
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(100*records/time.Since(began).Minutes()/perMinute, "%used")
		b.ReportMetric(100*float64(limit.refused)/float64(limit.sent), "%429")
	}
}

// benchBatch runs a batch as the command line does, until its last call is in the ledger.
func benchBatch(b *testing.B, url string, records, concurrency int, limits quota.Limits) *batch.Summary {
	b.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the command line has it
	cfg := config(b, questions(records))
	cfg.Concurrency = concurrency
	cfg.Throttle = batch.NewThrottle(batch.ThrottleConfig{Concurrency: concurrency, Limits: limits})
	eng, stop := loopback(b, url, cfg.Throttle)
	defer stop()
	s, err := run(b, cfg, eng)
	if err != nil || s.Succeeded != records {
		b.Fatal(s, err)
	}
	return s
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
	base := wire.NewBase()
	settings := provider.Settings{
		Transport: base, Redact: func(s string) string { return s },
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
		base.CloseIdleConnections()
	}
}

// bareClient sends requests of the same size and reads the answers.
func bareClient(b *testing.B, url string, n, concurrency int) {
	b.Helper()
	base := wire.NewBase()
	defer base.CloseIdleConnections()
	client := &http.Client{Transport: base}
	jobs := make(chan string)
	var workers sync.WaitGroup
	for range concurrency {
		workers.Go(func() {
			for body := range jobs {
				resp, err := client.Post(url+"/v1/chat/completions", "application/json", strings.NewReader(body)) //nolint:noctx // ends with the benchmark
				if err != nil {
					b.Error(err)
					continue
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		})
	}
	for i := range n {
		jobs <- fmt.Sprintf(`{"model":"model","messages":[{"role":"user","content":"r%d"}]}`, i)
	}
	close(jobs)
	workers.Wait()
}

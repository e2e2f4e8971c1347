package providertest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

var errFirst = errors.New("the first delta is there")

// BenchmarkFirstDelta measures the time to the first delta of a stream, and beside it that of a bare
// net/http client to the first bytes of the same stream; the difference is what the model under test adds.
// Both are medians, and both open a connection each time, as the one before was left in mid-stream.
func BenchmarkFirstDelta(b *testing.B, d Dialect, open func(Target) llm.Model) {
	var c *testCase
	for _, one := range d.cases(b) {
		if one.name == "parameters" {
			c = one
		}
	}
	s := c.serve(b)
	m, req := open(s.target()), c.request()
	var model, bare []time.Duration
	for b.Loop() {
		begin := time.Now()
		req.OnDelta = func(llm.Delta) error {
			model = append(model, time.Since(begin))
			return errFirst
		}
		if _, err := m.Generate(context.Background(), req); !errors.Is(err, errFirst) {
			b.Fatal(err)
		}
		bare = append(bare, s.bare(b))
	}
	b.ReportMetric(median(model), "µs-to-first-delta")
	b.ReportMetric(median(bare), "µs-bare-client")
}

// bare repeats the last request as simply as can be.
func (s *server) bare(b *testing.B) time.Duration {
	b.Helper()
	s.mu.Lock()
	last := s.requests[len(s.requests)-1]
	s.requests = s.requests[:0]
	s.mu.Unlock()
	begin := time.Now()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.URL+last.address, strings.NewReader(string(last.body)))
	if err != nil {
		b.Fatal(err)
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAtLeast(resp.Body, make([]byte, 64), 16); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

func median(list []time.Duration) float64 {
	slices.Sort(list)
	return float64(list[len(list)/2].Nanoseconds()) / 1e3
}

package cli_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

// BenchmarkFirstByte reports the median time from the call to the first streamed delta, through the whole
// engine, and from the request to the first byte of the body for a bare net/http client, in turn and on the
// same loopback server, and the difference.
func BenchmarkFirstByte(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(streamHello))
	defer server.Close()
	eng := engineFor(server.URL)
	var ours, bare []time.Duration
	for b.Loop() {
		bare = append(bare, bareFirstByte(b, server.URL))
		ours = append(ours, engineFirstDelta(b, eng))
	}
	m, e := median(ours), median(bare)
	b.ReportMetric(0, "ns/op") // of both together: says nothing
	b.ReportMetric(m.Seconds()*1e3, "ms/first-delta")
	b.ReportMetric(e.Seconds()*1e3, "ms/bare-first-byte")
	b.ReportMetric((m-e).Seconds()*1e3, "ms/overhead")
}

const helloChunk = `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"hello "},"finish_reason":%s}]}` + "\n\n"

func streamHello(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "text/event-stream")
	for range 3 {
		fmt.Fprintf(w, helloChunk, "null")
		w.(http.Flusher).Flush()
	}
	fmt.Fprintf(w, helloChunk+"data: [DONE]\n\n", `"stop"`)
}

func engineFor(url string) *engine.Engine {
	settings := provider.Settings{Providers: map[string]provider.Entry{
		"loop": {Kind: provider.OpenAI, BaseURL: url + "/v1"},
	}}
	return engine.New(engine.Config{Gateway: gateway.New(gateway.Config{
		Open: func(ref string) (llm.Model, error) { return provider.Open(ref, settings) },
	})})
}

func engineFirstDelta(b *testing.B, eng *engine.Engine) time.Duration {
	b.Helper()
	var first time.Duration
	begin := time.Now()
	_, err := eng.Generate(context.Background(), engine.Call{Request: llm.Request{
		Model:    "loop/m",
		Messages: []llm.Message{llm.Text(llm.RoleUser, "hello")},
		OnDelta: func(llm.Delta) error {
			if first == 0 {
				first = time.Since(begin)
			}
			return nil
		},
	}})
	if err != nil {
		b.Fatal(err)
	}
	return first
}

func bareFirstByte(b *testing.B, url string) time.Duration {
	b.Helper()
	begin := time.Now()
	resp, err := http.Post(url+"/v1/chat/completions", "application/json",
		strings.NewReader(`{"model":"m","stream":true,"messages":[{"role":"user","content":"hello"}]}`))
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadFull(resp.Body, make([]byte, 1)); err != nil {
		b.Fatal(err)
	}
	first := time.Since(begin)
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		b.Fatal(err)
	}
	return first
}

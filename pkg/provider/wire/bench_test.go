package wire

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// chunks is a stream of n deltas of ordinary size.
func chunks(n int) string {
	const one = `data: {"id":"chatcmpl-ABCDEFGHIJKLMNOPQRSTUVWXYZ012","object":"chat.completion.chunk","created":1741569952,` +
		`"model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_0123456789","choices":[{"index":0,` +
		`"delta":{"content":" word"},"logprobs":null,"finish_reason":null}],"usage":null}` + "\n\n"
	return strings.Repeat(one, n) + "data: " + finished + "\n\n" + done
}

// BenchmarkStream measures a stream of 2,000 deltas through the wire, without a socket.
func BenchmarkStream(b *testing.B) {
	in := chunks(2000)
	t := New(Config{Base: answerWith(func(*http.Request) *http.Response {
		return response(200, strings.NewReader(in), "Content-Type", "text/event-stream")
	})})
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		resp, err := t.RoundTrip(request(b, true))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
	}
}

// BenchmarkEvents measures the reading of events alone.
func BenchmarkEvents(b *testing.B) {
	in := chunks(2000)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		r := newEvents(strings.NewReader(in), 16<<20)
		for {
			if _, err := r.next(); err != nil {
				break
			}
		}
	}
}

// BenchmarkFloor copies the same bytes and looks at none.
func BenchmarkFloor(b *testing.B) {
	in := chunks(2000)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := io.Copy(io.Discard, struct{ io.Reader }{strings.NewReader(in)}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLongEvent measures one event of 8 MiB.
func BenchmarkLongEvent(b *testing.B) {
	in := `data: {"choices":[{"delta":{"content":"` + strings.Repeat("x", 8<<20) + `"},"finish_reason":"stop"}]}` + "\n\n" + done
	t := New(Config{Base: answerWith(func(*http.Request) *http.Response {
		return response(200, strings.NewReader(in), "Content-Type", "text/event-stream")
	})})
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		resp, err := t.RoundTrip(request(b, true))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
	}
}

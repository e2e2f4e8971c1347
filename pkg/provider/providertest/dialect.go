package providertest

import (
	"strings"
	"testing"
)

// key is made of parts, so that no scanner takes it for a key that leaked.
const key = "test-" + "key-0123456789"

func (d Dialect) model() string {
	return map[Dialect]string{
		OpenAI: "gpt-4o-2024-08-06", Anthropic: "claude-sonnet-4-5-20250929", Gemini: "gemini-2.5-flash",
	}[d]
}

// prefix is the path of the base address.
func (d Dialect) prefix() string {
	return map[Dialect]string{OpenAI: "/v1", Gemini: "/v1beta"}[d]
}

// streamFields are what a request has only when it asks for a stream.
func (d Dialect) streamFields() map[string]any {
	switch d {
	case OpenAI:
		return map[string]any{"stream": true, "stream_options": map[string]any{"include_usage": true}}
	case Anthropic:
		return map[string]any{"stream": true}
	}
	return nil
}

// asksForStream looks at a request as the server of the dialect does.
func (d Dialect) asksForStream(r received) bool {
	if d == Gemini {
		return strings.Contains(r.address, ":streamGenerateContent?alt=sse")
	}
	return strings.Contains(string(r.body), `"stream":true`)
}

// checkHead checks where a request went and how it carried the key.
func (d Dialect) checkHead(t *testing.T, r received, streamed bool) {
	t.Helper()
	var address, header, value string
	switch d {
	case OpenAI:
		address, header, value = "/v1/chat/completions", "Authorization", "Bearer "+key
	case Anthropic:
		address, header, value = "/v1/messages", "X-Api-Key", key
		if got := r.header.Get("Anthropic-Version"); got != "2023-06-01" {
			t.Errorf("anthropic-version: %q", got)
		}
	case Gemini:
		address, header, value = "/v1beta/models/"+d.model()+":generateContent", "X-Goog-Api-Key", key
		if streamed {
			address = "/v1beta/models/" + d.model() + ":streamGenerateContent?alt=sse"
		}
	}
	if r.method != "POST" || r.address != address {
		t.Errorf("%s %s, want POST %s", r.method, r.address, address)
	}
	if got := r.header.Get(header); got != value {
		t.Errorf("%s: %q, want %q", header, got, value)
	}
	if got := r.header.Get("Content-Type"); got != "application/json" {
		t.Errorf("content-type: %q", got)
	}
}

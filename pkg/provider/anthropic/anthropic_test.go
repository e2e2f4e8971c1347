package anthropic_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/anthropic"
)

const hello = `{"type":"message","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn"}`

// transport answers without a socket, with status 200 and the body that it returns.
type transport func(r *http.Request, body string) string

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	body := io.NopCloser(strings.NewReader(f(r, string(sent))))
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Request: r}, nil
}

// seeing makes a client that keeps its last request.
func seeing(cfg anthropic.Config, answer string) (c *anthropic.Client, seen *http.Request, sent *string) {
	seen, sent = new(http.Request), new(string)
	cfg.HTTP = &http.Client{Transport: transport(func(r *http.Request, body string) string {
		*seen, *sent = *r, body
		return answer
	})}
	return anthropic.New(cfg), seen, sent
}

func say(text string) *llm.Request {
	return &llm.Request{Model: "claude", Messages: []llm.Message{llm.Text(llm.RoleUser, text)}}
}

// The SDK would take keys, headers and addresses from the environment, and print to standard error.
func TestReadsNoEnvironment(t *testing.T) {
	for _, name := range []string{"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"} {
		t.Setenv(name, "from-the-environment")
	}
	t.Setenv("ANTHROPIC_BASE_URL", "http://from-the-environment")
	t.Setenv("ANTHROPIC_CUSTOM_HEADERS", "X-From-The-Environment: 1")
	t.Setenv("ANTHROPIC_PROFILE", "from-the-environment")
	c, seen, _ := seeing(anthropic.Config{}, hello)
	if _, err := c.Generate(context.Background(), say("hi")); err != nil {
		t.Fatal(err)
	}
	if got := seen.URL.String(); got != "https://api.anthropic.com/v1/messages" {
		t.Errorf("asked %s", got)
	}
	for name, values := range seen.Header {
		if strings.Contains(strings.ToLower(name+strings.Join(values, "")), "from-the-environment") ||
			name == "Authorization" || name == "X-Api-Key" || name == "Traceparent" {
			t.Errorf("%s: %v", name, values)
		}
	}
}

func TestConfig(t *testing.T) {
	for _, base := range []string{"http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/"} {
		c, seen, sent := seeing(anthropic.Config{
			BaseURL: base, Key: llm.NewSecret("unused"), MaxTokens: 77,
			Header: http.Header{"X-Api-Key": {"mine"}, "Anthropic-Beta": {"a", "b"}}, Query: map[string][]string{"q": {"1"}},
		}, hello)
		if _, err := c.Generate(context.Background(), say("hi")); err != nil {
			t.Fatal(err)
		}
		if seen.URL.String() != "http://h:1/v1/messages?q=1" || seen.Header.Get("X-Api-Key") != "mine" ||
			seen.Header.Get("Anthropic-Beta") != "a,b" || !strings.Contains(*sent, `"max_tokens":77`) {
			t.Errorf("%s: %s %v %s", base, seen.URL, seen.Header, *sent)
		}
	}
}

// The SDK refuses to ask for a long answer in one piece, and has a limit of its own for some models.
func TestLongAnswersInOnePiece(t *testing.T) {
	c, seen, sent := seeing(anthropic.Config{}, hello)
	req := say("hi")
	req.Model, req.MaxTokens = "claude-opus-4-20250514", 128000
	if _, err := c.Generate(context.Background(), req); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(*sent, `"max_tokens":128000`) || seen.Header.Get("X-Stainless-Timeout") != "" {
		t.Errorf("%v %s", seen.Header, *sent)
	}
	if end, limited := seen.Context().Deadline(); limited && time.Until(end) < time.Hour {
		t.Errorf("the request would end at %s", end)
	}
}

func TestStopReasons(t *testing.T) {
	for word, want := range map[string]llm.FinishReason{
		"end_turn": llm.FinishStop, "stop_sequence": llm.FinishStop, "max_tokens": llm.FinishLength,
		"model_context_window_exceeded": llm.FinishLength, "pause_turn": llm.FinishLength,
		"tool_use": llm.FinishToolCalls, "refusal": llm.FinishContentFilter, "purple": llm.FinishUnknown,
	} {
		c, _, _ := seeing(anthropic.Config{}, strings.Replace(hello, "end_turn", word, 1))
		got, err := c.Generate(context.Background(), say("hi"))
		if err != nil || got.FinishReason != want {
			t.Errorf("%s: %+v, %v, want %q", word, got, err, want)
		}
	}
}

func TestUsageBuckets(t *testing.T) {
	for name, c := range map[string]struct {
		usage string
		want  *llm.Usage
	}{
		"none":    {`null`, nil},
		"zeros":   {`{"input_tokens":0,"output_tokens":0}`, nil},
		"minimal": {`{"input_tokens":5,"output_tokens":3}`, &llm.Usage{UncachedInput: 5, Output: 3}},
		"nulls":   {`{"input_tokens":5,"output_tokens":3,"cache_read_input_tokens":null,"cache_creation":null}`, &llm.Usage{UncachedInput: 5, Output: 3}},
		"writes without their duration": {
			`{"input_tokens":5,"output_tokens":3,"cache_creation_input_tokens":9}`,
			&llm.Usage{UncachedInput: 5, CacheWrite: 9, Output: 3},
		},
		"writes of both durations": {
			`{"input_tokens":5,"output_tokens":3,"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":7}}`,
			&llm.Usage{UncachedInput: 5, CacheWrite: 2, CacheWrite1h: 7, Output: 3},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cl, _, _ := seeing(anthropic.Config{}, strings.TrimSuffix(hello, "}")+`,"usage":`+c.usage+`}`)
			got, err := cl.Generate(context.Background(), say("hi"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Usage); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Thinking that no one signed, thoughts of another provider and empty texts would be refused.
func TestSkipsWhatWouldBeRefused(t *testing.T) {
	c, _, sent := seeing(anthropic.Config{}, hello)
	req := say("hi")
	req.Messages = append(req.Messages, llm.Message{Role: llm.RoleAssistant, Parts: []llm.Part{
		{Reasoning: &llm.Reasoning{Text: "unsigned"}},
		{Text: ""},
		{Text: "kept"},
		{Extra: &llm.Extra{Provider: "gemini", Type: "executableCode", Data: []byte(`{}`)}},
	}})
	if _, err := c.Generate(context.Background(), req); err != nil {
		t.Fatal(err)
	}
	want := `{"content":[{"text":"kept","type":"text"}],"role":"assistant"}]`
	if !strings.Contains(*sent, want) {
		t.Errorf("sent %s, want %s in it", *sent, want)
	}
}

func TestMedia(t *testing.T) {
	data := []byte("abc")
	for name, c := range map[string]struct {
		media llm.Media
		want  string
		err   string
	}{
		"PDF":            {llm.Media{MIME: "application/pdf", Data: data}, `{"source":{"data":"YWJj","media_type":"application/pdf","type":"base64"},"type":"document"}`, ""},
		"PDF by address": {llm.Media{MIME: "application/pdf", URL: "http://x"}, `{"source":{"url":"http://x","type":"url"},"type":"document"}`, ""},
		"text":           {llm.Media{MIME: "text/csv", Data: data}, `{"source":{"data":"abc","media_type":"text/plain","type":"text"},"type":"document"}`, ""},
		"any address":    {llm.Media{URL: "http://x"}, `{"source":{"url":"http://x","type":"url"},"type":"image"}`, ""},
		"audio":          {llm.Media{MIME: "audio/wav", Data: data}, "", "anthropic: invalid request: cannot send media of type audio/wav to this provider"},
	} {
		t.Run(name, func(t *testing.T) {
			cl, _, sent := seeing(anthropic.Config{}, hello)
			req := &llm.Request{Model: "m", Messages: []llm.Message{{Role: llm.RoleUser, Parts: []llm.Part{{Media: &c.media}}}}}
			_, err := cl.Generate(context.Background(), req)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Errorf("error %v, want %s", err, c.err)
				}
				return
			}
			if err != nil || !strings.Contains(*sent, c.want) {
				t.Errorf("%v, sent %s, want %s", err, *sent, c.want)
			}
		})
	}
}

func TestCount(t *testing.T) {
	c, seen, sent := seeing(anthropic.Config{}, `{"input_tokens":14}`)
	req := say("hi")
	temperature := 0.5
	req.Temperature, req.MaxTokens, req.Stop = &temperature, 9, []string{"x"}
	req.Options = map[string]any{"thinking": map[string]any{"type": "adaptive"}, "service_tier": "auto"}
	n, err := c.Count(context.Background(), req)
	if err != nil || n != 14 {
		t.Errorf("%d, %v", n, err)
	}
	want := `{"messages":[{"content":[{"text":"hi","type":"text"}],"role":"user"}],"model":"claude","thinking":{"type":"adaptive"}}`
	if seen.URL.Path != "/v1/messages/count_tokens" || *sent != want {
		t.Errorf("asked %s with %s, want %s", seen.URL.Path, *sent, want)
	}
	c, _, _ = seeing(anthropic.Config{}, `{}`)
	if _, err := c.Count(context.Background(), req); err == nil || err.Error() != "anthropic: malformed response: the answer has no input_tokens" {
		t.Errorf("error %v", err)
	}
}

func FuzzStream(f *testing.F) {
	event := func(kind, data string) string { return "event: " + kind + "\ndata: " + data + "\n\n" }
	start := event("message_start", `{"type":"message_start","message":{"id":"1","usage":{"input_tokens":1}}}`)
	stop := event("message_delta", `{"type":"message_delta","delta":{"stop_reason":"end_turn"}}`) + event("message_stop", `{"type":"message_stop"}`)
	f.Add(start + event("content_block_start", `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"a"}}`) + stop)
	f.Add(start + event("content_block_delta", `{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{"}}`) + stop)
	f.Add(start + event("content_block_start", `{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","input":{}}}`) + event("content_block_stop", `{"type":"content_block_stop"}`))
	f.Add(event("error", `{"type":"error","error":{"type":"overloaded_error"}}`))
	f.Fuzz(func(t *testing.T, body string) {
		c, _, _ := seeing(anthropic.Config{}, body)
		req := say("hi")
		var text string
		req.OnDelta = func(d llm.Delta) error { text += d.Text; return nil }
		got, err := c.Generate(context.Background(), req)
		switch {
		case err == nil && (got == nil || got.FinishReason == "" || got.FinishReason == llm.FinishError):
			t.Errorf("a good answer without an end: %+v", got)
		case got.Text() != text:
			t.Errorf("deltas %q, text %q", text, got.Text())
		}
	})
}

func ExampleClient_Generate() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"type":"message","content":[{"type":"text","text":"Merhaba!"}],"stop_reason":"end_turn",
			"usage":{"input_tokens":5,"output_tokens":3}}`)
	}))
	defer server.Close()

	m := anthropic.New(anthropic.Config{BaseURL: server.URL, Key: llm.NewSecret("a key")})
	answer, err := m.Generate(context.Background(), &llm.Request{
		Model:    "claude-sonnet-4-5",
		Messages: []llm.Message{llm.Text(llm.RoleUser, "Say hello in Turkish.")},
	})
	fmt.Println(answer.Text(), answer.FinishReason, answer.Usage.Input(), answer.Usage.Output, err)
	// Output: Merhaba! stop 5 3 <nil>
}

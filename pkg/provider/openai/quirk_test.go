package openai_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/openai"
)

// stream asks a server that streams the chunks, given as choices' contents, and what follows them.
func stream(t testing.TB, body string) (*llm.Response, error) {
	t.Helper()
	m := openai.New(openai.Config{BaseURL: "http://host/v1", HTTP: &http.Client{
		Transport: transport(func(*http.Request, string) (string, error) { return body, nil }),
	}})
	req := say("m")
	req.OnDelta = func(llm.Delta) error { return nil }
	return m.Generate(context.Background(), req)
}

func chunks(list ...string) string { return "data: " + strings.Join(list, "\n\ndata: ") + "\n\n" }

func TestStreamQuirks(t *testing.T) {
	call := func(index, id, name, arguments string) string {
		return `{"choices":[{"index":0,"delta":{"tool_calls":[{` + index + `"id":"` + id + `","function":{"name":"` + name + `","arguments":"` + arguments + `"}}]}}]}`
	}
	part := func(id, name, arguments string) llm.Part {
		return llm.Part{ToolCall: &llm.ToolCall{ID: id, Name: name, Arguments: arguments}}
	}
	const end = `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`
	for name, c := range map[string]struct {
		body  string
		parts []llm.Part
		want  llm.FinishReason
	}{
		"a finish reason and no [DONE]": {
			chunks(`{"choices":[{"delta":{"content":"hi"}}]}`, end), []llm.Part{{Text: "hi"}}, llm.FinishStop,
		},
		"[DONE] and no finish reason": {
			chunks(`{"choices":[{"delta":{"content":"hi"}}]}`, "[DONE]"), []llm.Part{{Text: "hi"}}, llm.FinishUnknown,
		},
		"whole calls with one index": {
			chunks(call(`"index":0,`, "a", "f", "{}"), call(`"index":0,`, "b", "f", "{1}"), end, "[DONE]"),
			[]llm.Part{part("a", "f", "{}"), part("b", "f", "{1}")},
			llm.FinishToolCalls,
		},
		"calls without an index": {
			chunks(call("", "a", "f", "{"), call("", "", "", "}"), call("", "b", "g", "{}"), end, "[DONE]"),
			[]llm.Part{part("a", "f", "{}"), part("b", "g", "{}")},
			llm.FinishToolCalls,
		},
		"the name repeated in each fragment": {
			chunks(call(`"index":0,`, "a", "f", "{"), call(`"index":0,`, "a", "f", "}"), end, "[DONE]"),
			[]llm.Part{part("a", "f", "{}")},
			llm.FinishToolCalls,
		},
		"calls without an id": {
			chunks(call(`"index":0,`, "", "f", "{}"), call(`"index":1,`, "", "f", "{}"), end, "[DONE]"),
			[]llm.Part{part("call_0", "f", "{}"), part("call_1", "f", "{}")},
			llm.FinishToolCalls,
		},
		"indexes from 1, interleaved": {
			chunks(call(`"index":1,`, "a", "f", "{"), call(`"index":2,`, "b", "g", "["), call(`"index":1,`, "", "", "}"), call(`"index":2,`, "", "", "]"), end, "[DONE]"),
			[]llm.Part{part("a", "f", "{}"), part("b", "g", "[]")},
			llm.FinishToolCalls,
		},
		"reasoning by another name": {
			chunks(`{"choices":[{"delta":{"reasoning":"hm"}}]}`, end, "[DONE]"),
			[]llm.Part{{Reasoning: &llm.Reasoning{Text: "hm"}}},
			llm.FinishStop,
		},
		"a second choice": {
			chunks(`{"choices":[{"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"content":"yes"}}]}`, end, "[DONE]"),
			[]llm.Part{{Text: "yes"}},
			llm.FinishStop,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := stream(t, c.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.parts, got.Parts); diff != "" || got.FinishReason != c.want {
				t.Errorf("finish reason %q, parts (-want +got):\n%s", got.FinishReason, diff)
			}
		})
	}
}

func TestFinishReasons(t *testing.T) {
	for word, want := range map[string]llm.FinishReason{
		"stop": llm.FinishStop, "eos_token": llm.FinishStop, "length": llm.FinishLength,
		"function_call": llm.FinishToolCalls, "content_filter": llm.FinishContentFilter, "purple": llm.FinishUnknown,
	} {
		got, err := stream(t, chunks(`{"choices":[{"delta":{"content":"x"},"finish_reason":"`+word+`"}]}`, "[DONE]"))
		if err != nil || got.FinishReason != want {
			t.Errorf("%s: %q, %v, want %q", word, got.FinishReason, err, want)
		}
	}
	got, err := stream(t, chunks(`{"choices":[{"delta":{"content":"x"},"finish_reason":"error"}]}`, "[DONE]"))
	if err == nil || got.Text() != "x" || got.FinishReason != llm.FinishError {
		t.Errorf("a turn that ended in an error: %+v, %v", got, err)
	}
}

func TestUsage(t *testing.T) {
	for name, c := range map[string]struct {
		usage string
		want  *llm.Usage
	}{
		"null":        {`null`, nil},
		"zeros":       {`{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}`, nil},
		"plain":       {`{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8}`, &llm.Usage{UncachedInput: 5, Output: 3}},
		"null detail": {`{"prompt_tokens":5,"completion_tokens":3,"prompt_tokens_details":null}`, &llm.Usage{UncachedInput: 5, Output: 3}},
		"cache written": {
			`{"prompt_tokens":50,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":10,"cache_write_tokens":20}}`,
			&llm.Usage{UncachedInput: 20, CacheRead: 10, CacheWrite: 20, Output: 3},
		},
		"reasoning within": {
			`{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14,"completion_tokens_details":{"reasoning_tokens":6}}`,
			&llm.Usage{UncachedInput: 5, Output: 9, Reasoning: 6},
		},
		"reasoning beside": {
			`{"prompt_tokens":5,"completion_tokens":3,"total_tokens":14,"completion_tokens_details":{"reasoning_tokens":6}}`,
			&llm.Usage{UncachedInput: 5, Output: 9, Reasoning: 6},
		},
		"more cached than there are": {
			`{"prompt_tokens":5,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":7}}`,
			&llm.Usage{CacheRead: 5, Output: 3},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := stream(t, chunks(`{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}`, `{"choices":[],"usage":`+c.usage+`}`, "[DONE]"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Usage); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoChoices(t *testing.T) {
	m := openai.New(openai.Config{HTTP: &http.Client{Transport: transport(func(*http.Request, string) (string, error) {
		return `{"choices":[]}`, nil
	})}})
	_, err := m.Generate(context.Background(), say("m"))
	if err == nil || err.Error() != "openai: empty response: the answer has no choices" {
		t.Errorf("error %v", err)
	}
}

func TestMedia(t *testing.T) {
	data := []byte("abc")
	for name, c := range map[string]struct {
		media llm.Media
		want  string
		err   string
	}{
		"text":             {llm.Media{MIME: "text/csv; charset=utf-8", Data: data}, `{"type":"text","text":"abc"}`, ""},
		"wav":              {llm.Media{MIME: "audio/wav", Data: data}, `{"input_audio":{"data":"YWJj","format":"wav"},"type":"input_audio"}`, ""},
		"PDF":              {llm.Media{MIME: "application/pdf", Data: data, Name: "a.pdf"}, `{"file":{"file_data":"data:application/pdf;base64,YWJj","filename":"a.pdf"},"type":"file"}`, ""},
		"image by content": {llm.Media{Data: []byte("GIF89a")}, `{"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODlh"}}`, ""},
		"data wins":        {llm.Media{MIME: "image/png", Data: data, URL: "http://x"}, `{"type":"image_url","image_url":{"url":"data:image/png;base64,YWJj"}}`, ""},
		"video":            {llm.Media{MIME: "video/mp4", Data: data}, "", "openai: invalid request: cannot send media of type video/mp4 to this provider"},
	} {
		t.Run(name, func(t *testing.T) {
			var sent string
			m := openai.New(openai.Config{HTTP: &http.Client{Transport: transport(func(_ *http.Request, body string) (string, error) {
				sent = body
				return hello, nil
			})}})
			req := &llm.Request{Model: "m", Messages: []llm.Message{{Role: llm.RoleUser, Parts: []llm.Part{{Text: "see"}, {Media: &c.media}}}}}
			_, err := m.Generate(context.Background(), req)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Errorf("error %v, want %s", err, c.err)
				}
				return
			}
			if want := `[{"type":"text","text":"see"},` + c.want + `]`; err != nil || !strings.Contains(field(t, sent, "messages"), want) {
				t.Errorf("%v, sent %s, want %s", err, sent, want)
			}
		})
	}
}

func FuzzStream(f *testing.F) {
	f.Add(chunks(`{"choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}`, "[DONE]"))
	f.Add(chunks(`{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}}]}`))
	f.Add("data: {\"error\":{\"message\":\"x\"}}\n\n")
	f.Add("event: x\ndata: {\n\n: c\n")
	f.Fuzz(func(t *testing.T, body string) {
		got, err := stream(t, body)
		if err == nil && (got == nil || got.FinishReason == "" || got.FinishReason == llm.FinishError) {
			t.Errorf("a good answer without an end: %+v", got)
		}
	})
}

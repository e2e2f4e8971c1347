package estimate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// read collects the calls of a batch file; those of one line only are in order.
func read(t testing.TB, text, prompt string) ([]estimate.Call, error) {
	t.Helper()
	var mu sync.Mutex
	var calls []estimate.Call
	err := estimate.Batch(t.Context(), "batch.jsonl", strings.NewReader(text), prompt, func(_ context.Context, c estimate.Call) error {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, c)
		return nil
	})
	return calls, err
}

func TestBatchRecords(t *testing.T) {
	user := func(text string) []llm.Message { return []llm.Message{llm.Text(llm.RoleUser, text)} }
	for name, c := range map[string]struct {
		line   string
		want   llm.Request
		prompt string
	}{
		"input":    {`{"id": "1", "input": "Hi"}`, llm.Request{Messages: user("Hi")}, ""},
		"messages": {`{"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5}`, llm.Request{Messages: user("Hi"), MaxTokens: 5}, ""},
		"vars":     {`{"vars": {"name": "Ann"}}`, llm.Request{}, "greeting@1"},
		"OpenAI's chat": {
			`{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4o", "max_completion_tokens": 7, "n": 2,
			  "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}}`,
			llm.Request{Model: "gpt-4o", MaxTokens: 14, Messages: user("Hi")},
			"",
		},
		"OpenAI's responses": {
			`{"body": {"model": "gpt-5", "instructions": "Be brief.", "max_output_tokens": 9,
			  "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}]}}`,
			llm.Request{Model: "gpt-5", MaxTokens: 9, Messages: append([]llm.Message{llm.Text(llm.RoleSystem, "Be brief.")}, user("Hi")...)},
			"",
		},
		"OpenAI's embeddings": {
			`{"body": {"model": "text-embedding-3-small", "input": ["a", "b"]}}`,
			llm.Request{Model: "text-embedding-3-small", Messages: append(user("a"), user("b")...)},
			"",
		},
		"tools": {
			`{"input": "Hi", "tools": [{"type": "function", "function": {"name": "add"}}]}`,
			llm.Request{Messages: user("Hi"), Tools: []llm.Tool{{Name: "add"}}},
			"",
		},
		"an image": {
			`{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AQI="}}]}]}`,
			llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Parts: []llm.Part{{Media: &llm.Media{MIME: "image/png", Data: []byte{1, 2}}}}}}},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			calls, err := read(t, strings.ReplaceAll(c.line, "\n", " "), "greeting@1")
			if err != nil || len(calls) != 1 {
				t.Fatalf("%d calls, %v", len(calls), err)
			}
			if diff := cmp.Diff(c.want, calls[0].Request); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
			if calls[0].Prompt != c.prompt {
				t.Errorf("prompt %q; want %q", calls[0].Prompt, c.prompt)
			}
		})
	}
}

func TestBatchMistakesHaveTheirLine(t *testing.T) {
	defer goleak.VerifyNone(t)
	good := strings.Repeat(`{"input": "Hi"}`+"\n", 30_000) // several chunks
	for name, c := range map[string]struct{ text, want string }{
		"nothing":          {"\n \n", "batch.jsonl: there is no record in it"},
		"no JSON":          {good + "{\n" + good, "batch.jsonl:30001:"},
		"the first of two": {good + "[]\n" + good + "{\n", "batch.jsonl:30001:"},
		"a wrong kind":     {`{"input": 7}`, "batch.jsonl:1: input wants text"},
		"wrong content":    {`{"messages": [{"role": "user", "content": 7}]}`, "batch.jsonl:1: content wants text"},
		"no question":      {`{"id": "1"}`, "batch.jsonl:1: it has neither input nor messages"},
		"vars alone":       {`{"vars": {"a": 1}}`, "batch.jsonl:1: it has vars, and no prompt"},
		"a nameless tool":  {`{"input": "x", "tools": [{}]}`, "batch.jsonl:1: tool 1 has no name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, c.text, "")
			var user *diag.Error
			if !errors.As(err, &user) || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v; want %q", err, c.want)
			}
		})
	}
}

func TestBatchCounts(t *testing.T) {
	e := newEstimator(t, nil)
	var text bytes.Buffer
	text.WriteString("\ufeff") // as some editors begin a file
	const n = 20_000
	for i := range n {
		fmt.Fprintf(&text, "{\"id\": \"%d\", \"input\": %q, \"max_tokens\": 1}\r\n\n", i, question)
	}
	if err := estimate.Batch(t.Context(), "batch.jsonl", &text, "", e.Add); err != nil {
		t.Fatal(err)
	}
	got := one(t, e)
	if got.Calls != n || got.Input.Expected != n*questionTokens || got.Cost.High != exact(t, n*questionTokens, n, "0.15", "0.6") {
		t.Errorf("%d calls, %d tokens, %s", got.Calls, got.Input.Expected, got.Cost.High)
	}
}

func TestBatchStops(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := estimate.Batch(ctx, "b", strings.NewReader(strings.Repeat(`{"input": "Hi"}`+"\n", 200_000)), "", func(context.Context, estimate.Call) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v; want that it was cancelled", err)
	}
}

func FuzzBatch(f *testing.F) {
	for _, line := range []string{
		`{"input": "Hi"}`, `{"vars": {}}`, `{"body": {"input": ["a"]}}`, `{"messages": [{"content": [{"type": "image_url", "image_url": "data:;base64,"}]}]}`,
		`{"input": [{"role": "user"}]}`, "[]", `{"input": null, "tools": null}`, "\x00", `{"n": -1, "max_tokens": 9223372036854775807}`,
	} {
		f.Add(line)
	}
	e := newEstimator(f, nil)
	f.Fuzz(func(t *testing.T, line string) {
		err := estimate.Batch(t.Context(), "batch.jsonl", strings.NewReader(line), "", e.Add)
		var user *diag.Error
		if err != nil && !errors.As(err, &user) {
			t.Errorf("%v is no *diag.Error", err)
		}
	})
}

// BenchmarkBatch estimates a batch file of 100,000 lines, in OpenAI's form, with some 60 tokens of input each.
func BenchmarkBatch(b *testing.B) {
	var text bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&text, `{"custom_id":"%d","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","max_tokens":300,"messages":[{"role":"system","content":"You are a helpful assistant of a shop."},{"role":"user","content":"Order %d: %s"}]}}`+"\n", i, i, strings.Repeat("where is my parcel, and when will it come? ", 4))
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		e := newEstimator(b, nil)
		if err := estimate.Batch(b.Context(), "b", bytes.NewReader(text.Bytes()), "", e.Add); err != nil {
			b.Fatal(err)
		}
		if got := one(b, e); got.Calls != 100_000 || got.Cost == nil {
			b.Fatalf("%d calls, %v", got.Calls, got.Cost)
		}
	}
}

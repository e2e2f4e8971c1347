package replay_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

func recording(t testing.TB, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rec.jsonl")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string) *replay.Model {
	t.Helper()
	m, err := replay.Open(path, replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func ask(text string) *llm.Request {
	return &llm.Request{Model: "replay/x", Messages: []llm.Message{llm.Text(llm.RoleUser, text)}}
}

func TestAnswerIsWhatWasRecorded(t *testing.T) {
	m := open(t, recording(t,
		`{"recording": {"source": "a run of March 2025", "model": "openai/gpt-4o", "created": "2025-03-01", "sample": true}}`,
		`{"case": "a", "output": "Merhaba\ndünya", "usage": {"input_tokens": 61, "output_tokens": 120}, "latency_ms": 850.5, "ttft_ms": 40, "model": "gpt-4o-2024-08-06"}`,
		``,
		`{"case": "b", "output": "plain", "note": {"free": ["text"]}}`,
		`{"case": "c", "output": "", "usage": null}`,
		`{"case": "d", "parts": [{"text": "I look."}, {"tool_call": {"id": "1", "name": "find", "arguments": "{}"}}], "output": "I look."}`,
	))
	if want := (replay.Header{Source: "a run of March 2025", Model: "openai/gpt-4o", Created: "2025-03-01", Sample: true}); m.Header() != want {
		t.Errorf("header %+v", m.Header())
	}
	if m.Len() != 4 {
		t.Errorf("%d answers", m.Len())
	}
	for id, want := range map[string]*llm.Response{
		"a": {
			Parts: []llm.Part{{Text: "Merhaba\ndünya"}}, FinishReason: llm.FinishStop, Model: "gpt-4o-2024-08-06",
			Usage:  &llm.Usage{UncachedInput: 61, Output: 120},
			Timing: llm.Timing{TTFT: 40 * time.Millisecond, Total: 850*time.Millisecond + 500*time.Microsecond},
		},
		"b": {Parts: []llm.Part{{Text: "plain"}}, FinishReason: llm.FinishStop},
		"c": {FinishReason: llm.FinishStop},
		"d": {
			Parts:        []llm.Part{{Text: "I look."}, {ToolCall: &llm.ToolCall{ID: "1", Name: "find", Arguments: "{}"}}},
			FinishReason: llm.FinishToolCalls,
		},
	} {
		got, err := m.Generate(t.Context(), &llm.Request{Case: id})
		if err != nil {
			t.Fatal(id, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(id, d)
		}
	}
}

func TestLookupOrder(t *testing.T) {
	this, other := ask("this"), ask("other")
	m := open(t, recording(t,
		`{"case": "k", "output": "any repeat"}`,
		`{"case": "k", "repeat": 1, "output": "second"}`,
		`{"request": "`+this.Hash()+`", "output": "by request"}`,
		`{"request": "`+strings.ToUpper(other.Hash())+`", "case": "x", "repeat": 0, "output": "for x"}`,
		`{"request": "`+other.Hash()+`", "case": "y", "repeat": 0, "output": "for y"}`,
	))
	for name, c := range map[string]struct {
		req    *llm.Request
		cas    string
		repeat int
		want   string
	}{
		"request before case":            {this, "k", 0, "by request"},
		"request, any repeat":            {this, "k", 7, "by request"},
		"case and repeat":                {ask("else"), "k", 1, "second"},
		"case":                           {ask("else"), "k", 0, "any repeat"},
		"case, repeat not recorded":      {ask("else"), "k", 5, "any repeat"},
		"one request of two cases":       {other, "y", 0, "for y"},
		"one request, asked by neither":  {other, "z", 0, "for x"},
		"request with another repeat":    {other, "k", 3, "any repeat"},
		"case whose request has changed": {ask("changed"), "y", 0, "for y"},
	} {
		t.Run(name, func(t *testing.T) {
			req := c.req.Clone()
			req.Case, req.Repeat = c.cas, c.repeat
			resp, err := m.Generate(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if resp.Text() != c.want {
				t.Errorf("got %q, want %q", resp.Text(), c.want)
			}
		})
	}
	if got, want := m.Stats(), (replay.Stats{ByRequest: 4, ByCase: 5, Drifted: 1}); got != want {
		t.Errorf("stats %+v", got)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	hash := ask("recorded").Hash()
	path := recording(t,
		`{"case": "refund-01", "repeat": 0, "output": "x"}`,
		`{"case": "refund-01", "repeat": 1, "output": "x"}`,
		`{"case": "refund-02", "output": "x"}`,
		`{"case": "twice", "request": "`+hash+`", "repeat": 0, "output": "x"}`,
		`{"case": "twice", "request": "`+ask("again").Hash()+`", "repeat": 0, "output": "x"}`,
	)
	m := open(t, path)
	for name, c := range map[string]struct {
		cas       string
		repeat    int
		msg, hint string
	}{
		"a near case":       {"refund-03", 0, `no answer recorded for case "refund-03"`, "did you mean refund-01, refund-02?"},
		"a far case":        {"zzzzzzzzzzzzz", 0, `no answer recorded for case`, "the recording has 3 cases, from refund-01 to twice"},
		"another repeat":    {"refund-01", 2, `case "refund-01" has no answer for repeat 2`, "recorded repeats: 0, 1"},
		"no case":           {"", 0, "no answer recorded for this request (sha256 ", "record it with --record"},
		"an ambiguous case": {"twice", 0, `case "twice" is recorded for 2 requests, none of them this one`, "the first is in line 4"},
	} {
		t.Run(name, func(t *testing.T) {
			req := ask("a private question")
			req.Case, req.Repeat = c.cas, c.repeat
			_, err := m.Generate(t.Context(), req)
			var d *diag.Error
			if !errors.As(err, &d) || d.File != path || !strings.Contains(d.Msg, c.msg) || !strings.HasPrefix(d.Hint(), c.hint) {
				t.Errorf("error %v, hint %q", err, diag.HintOf(err))
			}
			if strings.Contains(err.Error()+diag.HintOf(err), "private") {
				t.Error("the error holds the user's text")
			}
		})
	}
}

func TestRecordedFailures(t *testing.T) {
	m := open(t, recording(t,
		`{"case": "cut", "output": "half an ans", "incomplete": true, "usage": {"input_tokens": 3, "output_tokens": 2}}`,
		`{"case": "filtered", "error": {"kind": "content_filter", "message": "no", "provider": "openai", "code": "content_filter", "status": 400}}`,
		`{"case": "both", "output": "some", "error": {"kind": "timeout", "message": "idle for 30s"}, "incomplete": true}`,
	))
	streamed := ""
	resp, err := m.Generate(t.Context(), &llm.Request{Case: "cut", OnDelta: func(d llm.Delta) error { streamed += d.Text; return nil }})
	if !errors.Is(err, llm.ErrTruncated) || resp.Text() != "half an ans" || resp.FinishReason != "" || resp.Usage == nil || streamed != "half an ans" {
		t.Errorf("cut: %+v %v", resp, err)
	}
	resp, err = m.Generate(t.Context(), &llm.Request{Case: "filtered"})
	want := &llm.Error{Kind: llm.KindContentFilter, Provider: "openai", Code: "content_filter", Status: 400, Message: "no", ShouldRetry: new(bool)}
	if d := cmp.Diff(error(want), err); resp != nil || d != "" {
		t.Error(resp, d)
	}
	resp, err = m.Generate(t.Context(), &llm.Request{Case: "both"})
	if !errors.Is(err, llm.ErrTimeout) || resp.Text() != "some" {
		t.Errorf("both: %+v %v", resp, err)
	}
}

func TestPartsAreCheckedWhenAsked(t *testing.T) {
	path := recording(t,
		`{"case": "a", "parts": ["text"]}`,
		`{"case": "b", "parts": [{"text": "one"}], "output": "edited"}`)
	m := open(t, path)
	for cas, place := range map[string]string{"a": ":1: parts are not", "b": ":2: output and the text of parts differ"} {
		if _, err := m.Generate(t.Context(), &llm.Request{Case: cas}); err == nil || !strings.HasPrefix(err.Error(), path+place) {
			t.Errorf("case %s: %v", cas, err)
		}
	}
}

func TestBOMAndCRLF(t *testing.T) {
	m := open(t, recording(t, "\ufeff{\"recording\": {\"source\": \"s\"}}\r", "{\"case\": \"a\", \"output\": \"x\"}\r", "\r", ""))
	if resp, err := m.Generate(t.Context(), &llm.Request{Case: "a"}); err != nil || resp.Text() != "x" {
		t.Error(resp, err)
	}
	m = open(t, recording(t, "\ufeff{\"case\": \"a\", \"output\": \"first\"}", ""))
	if resp, err := m.Generate(t.Context(), &llm.Request{Case: "a"}); err != nil || resp.Text() != "first" {
		t.Error(resp, err)
	}
}

func TestConcurrentCalls(t *testing.T) {
	m := open(t, recording(t, `{"case": "a", "output": "A"}`, `{"case": "b", "output": "B"}`))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				for cas, want := range map[string]string{"a": "A", "b": "B"} {
					if resp, err := m.Generate(t.Context(), &llm.Request{Case: cas}); err != nil || resp.Text() != want {
						t.Error(resp, err)
					}
				}
			}
		})
	}
	wg.Wait()
	if got := m.Stats().ByCase; got != 1600 {
		t.Errorf("%d answers counted", got)
	}
}

func TestACanceledCall(t *testing.T) {
	m := open(t, recording(t, `{"case": "a", "output": "A"}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Generate(ctx, &llm.Request{Case: "a"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRecordedGSM8K(t *testing.T) {
	for _, name := range []string{"6b-finetuning", "6b-verification"} {
		m := open(t, realdata.Path(t, "gsm8k", "recordings", name+".jsonl"))
		if m.Len() != 1319 {
			t.Errorf("%s: %d answers", name, m.Len())
		}
		resp, err := m.Generate(t.Context(), &llm.Request{Case: "gsm8k-1318"})
		if err != nil || !strings.Contains(resp.Text(), "\nA: ") || resp.Usage != nil {
			t.Errorf("%s: %+v %v", name, resp, err)
		}
	}
}

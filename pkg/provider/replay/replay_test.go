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
	want := &llm.Error{Kind: llm.KindContentFilter, Provider: "openai", Code: "content_filter", Status: 400, Message: "no"}
	if d := cmp.Diff(error(want), err); resp != nil || d != "" {
		t.Error(resp, d)
	}
	resp, err = m.Generate(t.Context(), &llm.Request{Case: "both"})
	if !errors.Is(err, llm.ErrTimeout) || resp.Text() != "some" {
		t.Errorf("both: %+v %v", resp, err)
	}
}

func TestMistakesAreNamedWithTheirPlace(t *testing.T) {
	good := `{"case": "a", "output": "ö"}`
	hash := strings.Repeat("0f", 32)
	for name, c := range map[string]struct {
		lines []string
		place string // line:column
		says  string
	}{
		"broken JSON":               {[]string{good, `{"case": "é", "output": x}`}, "2:25", "expected a value"},
		"cut off":                   {[]string{good, `{"case": "b", "outp`}, "2:20", "the line ends where the closing quote"},
		"cut off within a letter":   {[]string{good, "{\"case\": \"b\", \"output\": \"\xc3"}, "2:26", "is not UTF-8"},
		"not UTF-8":                 {[]string{"{\"case\": \"\xff\", \"output\": \"\"}"}, "1:11", "is not UTF-8"},
		"a list":                    {[]string{`["a"]`}, "1:1", "each line is a JSON object"},
		"two objects in a line":     {[]string{good + good}, "1:29", "there is more after the object"},
		"a raw line end in a text":  {[]string{"{\"case\": \"a\tb\"}"}, "1:12", "raw control character U+0009"},
		"a bad escape":              {[]string{`{"case": "\x"}`}, "1:11", "no escape"},
		"a bad number":              {[]string{`{"case": "a", "latency_ms": 01}`}, "1:30", "expected a comma"},
		"no key":                    {[]string{`{"output": "x"}`}, "1:1", "neither case nor request"},
		"no answer":                 {[]string{`{"case": "x"}`}, "1:1", "no output"},
		"a null answer":             {[]string{`{"case": "x", "output": null}`}, "1:1", "no output"},
		"output of another type":    {[]string{`{"case": "x", "output": 5}`}, "1:25", "output must be a text"},
		"a numeric case":            {[]string{`{"case": 5, "output": ""}`}, "1:10", "case must be a text"},
		"a short hash":              {[]string{`{"request": "abc", "output": ""}`}, "1:13", "64 hexadecimal digits"},
		"a negative repeat":         {[]string{`{"case": "x", "repeat": -1, "output": ""}`}, "1:25", "repeat must be a whole number"},
		"a negative latency":        {[]string{`{"case": "x", "latency_ms": -1, "output": ""}`}, "1:29", "latency_ms must be"},
		"half a usage":              {[]string{`{"case": "x", "usage": {"input_tokens": 1}, "output": ""}`}, "1:24", "usage needs input_tokens and output_tokens"},
		"usage as text":             {[]string{`{"case": "x", "usage": {"input_tokens": "1", "output_tokens": 1}, "output": ""}`}, "1:24", "usage needs"},
		"an error without kind":     {[]string{`{"case": "x", "error": {}}`}, "1:24", "error needs a kind"},
		"incomplete as text":        {[]string{`{"case": "x", "incomplete": "yes", "output": ""}`}, "1:29", "true or false"},
		"a key twice in a line":     {[]string{`{"case": "x", "output": "a", "output": "b"}`}, "1:40", "output is there twice"},
		"a misspelt key":            {[]string{`{"case": "x", "output": "a", "outputt": null}`}, "1:41", `unknown key "outputt"; did you mean output?`},
		"a key without its unit":    {[]string{`{"case": "x", "output": "a", "latency": 3}`}, "1:41", `did you mean latency_ms?`},
		"a key in another case":     {[]string{`{"case": "x", "output": "a", "finishReason": ""}`}, "1:46", `did you mean finish_reason?`},
		"a late header":             {[]string{good, `{"recording": {"source": "x"}}`}, "2:1", "first line only"},
		"a header and an answer":    {[]string{`{"recording": {"source": "x"}, "case": "a"}`}, "1:1", "line of its own"},
		"a header without a source": {[]string{`{"recording": {}}`}, "1:15", "names no source"},
		"a header's unknown key":    {[]string{`{"recording": {"source": "x", "license": "y"}}`}, "1:15", "the keys source, model, created"},
		"a case twice":              {[]string{good, ``, good}, "3", `case "a" is recorded in line 1 already`},
		"a case and repeat twice":   {[]string{`{"case":"a","repeat":2,"output":""}`, `{"case":"a","repeat":2,"output":"x"}`}, "2", `case "a", repeat 2, is recorded in line 1`},
		"a request twice":           {[]string{`{"request":"` + hash + `","output":""}`, `{"request":"` + hash + `","output":"x"}`}, "2", `the request 0f0f0f0f0f0f… is recorded in line 1`},
		"deep nesting":              {[]string{`{"case": "x", "note": ` + strings.Repeat("[", 100_000) + `}`}, "1:523", "nested too deep"},
	} {
		t.Run(name, func(t *testing.T) {
			path := recording(t, c.lines...)
			_, err := replay.Open(path, replay.Options{})
			var d *diag.Error
			if !errors.As(err, &d) || !strings.HasPrefix(err.Error(), path+":"+c.place+": ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %s: %s", err, c.place, c.says)
			}
			if strings.HasPrefix(name, "cut off") && !strings.Contains(diag.HintOf(err), "the last line was cut off") {
				t.Errorf("hint %q", diag.HintOf(err))
			}
		})
	}
}

func TestFilesThatAreNoRecordings(t *testing.T) {
	dir := t.TempDir()
	for path, says := range map[string]string{
		filepath.Join(dir, "none.jsonl"): "no such recording",
		dir:                              "is a directory where a recording belongs",
		os.DevNull:                       "is not a regular file",
	} {
		_, err := replay.Open(path, replay.Options{})
		var d *diag.Error
		if !errors.As(err, &d) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
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

package replay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

var header = replay.Header{Source: "a test", Model: "openai/gpt-4o"}

func newRecorder(t testing.TB, path string, redact func(string) string) *replay.Recorder {
	t.Helper()
	r, err := replay.NewRecorder(path, header, redact)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func closed(t testing.TB, r *replay.Recorder) {
	t.Helper()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// answers is every kind of answer that a recording must give back as it was.
var answers = map[string]struct {
	resp *llm.Response
	err  error
}{
	"text": {&llm.Response{
		Parts: []llm.Part{{Text: "İyi <günler> & \"hoşça\" kal\u2028\n"}}, FinishReason: llm.FinishStop, Model: "gpt-4o-2024-08-06", ID: "resp_1",
		Usage:  &llm.Usage{UncachedInput: 10, CacheRead: 20, CacheWrite: 3, CacheWrite1h: 4, Output: 50, Reasoning: 30},
		Timing: llm.Timing{TTFT: 123456789, Total: 987654321987}, Attempts: 2,
	}, nil},
	"empty, unknown usage": {&llm.Response{FinishReason: llm.FinishStop}, nil},
	"parts": {&llm.Response{
		Parts: []llm.Part{
			{Reasoning: &llm.Reasoning{Text: "so", Signature: "c2ln", Redacted: "x"}},
			{Text: "one "},
			{Text: "two"},
			{ToolCall: &llm.ToolCall{ID: "1", Name: "f", Arguments: `{"a": 1,`}},
			{Extra: &llm.Extra{Provider: "gemini", Type: "grounding", Data: json.RawMessage(`{"a":[1]}`)}},
			{Media: &llm.Media{MIME: "image/png", Data: []byte{1, 2, 3}}},
		}, FinishReason: llm.FinishToolCalls, Usage: &llm.Usage{},
	}, nil},
	"truncated": {
		&llm.Response{Parts: []llm.Part{{Text: "half"}}, Timing: llm.Timing{Total: time.Second}},
		&llm.Error{Kind: llm.KindTruncated, Provider: "openai", Message: "the stream ended early"},
	},
	"filtered": {nil, &llm.Error{Kind: llm.KindContentFilter, Provider: "openai", Status: 400, Code: "content_filter", Message: "refused"}},
}

func TestRecordThenReplay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "rec.jsonl")
	r := newRecorder(t, path, nil)
	m := llm.Wrap(llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		a := answers[req.Messages[0].Text()]
		return a.resp, a.err
	}), r.Middleware())
	for name, a := range answers {
		req := ask(name)
		req.Case = "case " + name
		if resp, err := m.Generate(t.Context(), req); resp != a.resp || !errors.Is(err, a.err) {
			t.Fatal("the recorder changed the answer")
		}
	}
	closed(t, r)
	back := open(t, path)
	if back.Header() != header || back.Len() != len(answers) {
		t.Errorf("%d answers, %+v", back.Len(), back.Header())
	}
	for name, want := range answers {
		byCase := &llm.Request{Case: "case " + name}
		for _, req := range []*llm.Request{ask(name), byCase} {
			resp, err := back.Generate(t.Context(), req)
			if d := cmp.Diff(want.resp, resp); d != "" {
				t.Error(name, d)
			}
			var failure *llm.Error
			if errors.As(err, &failure) {
				if failure.Retryable() {
					t.Error(name, "is worth another try, which gives the same")
				}
				failure.ShouldRetry = nil
			}
			if d := cmp.Diff(want.err, err); d != "" {
				t.Error(name, d)
			}
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func record(t testing.TB, r *replay.Recorder, req *llm.Request, text string) {
	t.Helper()
	if err := r.Record(req, &llm.Response{Parts: []llm.Part{{Text: text}}}, nil); err != nil {
		t.Fatal(err)
	}
}

func TestAppendNumbersWhatIsThereAlready(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rec.jsonl")
	for i, text := range []string{"first", "second", "third"} {
		r := newRecorder(t, path, nil)
		record(t, r, ask("q"), text)
		inCase := ask("q")
		inCase.Case, inCase.Repeat = "c", i%2
		record(t, r, inCase, text+" of c")
		closed(t, r)
	}
	m := open(t, path)
	for cas, want := range map[string][]string{"": {"first", "second", "third"}, "c": {"first of c", "second of c", "third of c"}} {
		for i, text := range want {
			req := ask("q")
			req.Case, req.Repeat = cas, i
			if resp, err := m.Generate(t.Context(), req); err != nil || resp.Text() != text {
				t.Errorf("case %q repeat %d: %v %v, want %s", cas, i, resp.Text(), err, text)
			}
		}
	}
}

func TestOnlyAnswersAreRecorded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rec.jsonl")
	r := newRecorder(t, path, nil)
	half := &llm.Response{Parts: []llm.Part{{Text: "half"}}}
	for _, c := range []struct {
		resp *llm.Response
		err  error
	}{
		{nil, &llm.Error{Kind: llm.KindAuth}},
		{nil, &llm.Error{Kind: llm.KindRateLimit}},
		{nil, &llm.Error{Kind: llm.KindConnection}},
		{&llm.Response{}, &llm.Error{Kind: llm.KindTimeout}},
		{half, context.Canceled},
		{half, &llm.Error{Kind: llm.KindTruncated, Err: context.Canceled}},
		{nil, nil},
	} {
		if err := r.Record(ask("q"), c.resp, c.err); err != nil {
			t.Error(err)
		}
	}
	closed(t, r)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty recording stays: %v", err)
	}
}

func TestATornTailIsRepaired(t *testing.T) {
	whole := `{"recording": {"source": "x"}}` + "\n" + `{"case": "a", "output": "ö"}` + "\n"
	line := `{"case": "b", "output": "ö"}`
	for cut := range len(line) + 1 {
		path := recording(t, whole+line[:cut])
		r := newRecorder(t, path, nil)
		want := int64(cut)
		if cut == len(line) {
			want = 0 // whole, but for its end
		}
		if r.Repaired() != want {
			t.Errorf("cut at %d: %d bytes removed", cut, r.Repaired())
		}
		record(t, r, ask("new"), "new")
		closed(t, r)
		m := open(t, path)
		if wantLen := 2 + cut/len(line); m.Len() != wantLen {
			t.Errorf("cut at %d: %d answers", cut, m.Len())
		}
	}
}

func TestFilesThatAreNotOursStayAsTheyAre(t *testing.T) {
	for name, content := range map[string]string{
		"notes without an end": "remember the milk",
		"notes":                "remember\nthe\nmilk\n",
		"a broken middle":      `{"case": "a", "output": "x"` + "\n" + `{"case": "b"`,
		"other JSON":           `{"name": "x"}`,
		"samples":              `{"recording": {"source": "by hand", "sample": true}}` + "\n" + `{"case": "b`,
	} {
		t.Run(name, func(t *testing.T) {
			path := recording(t, content)
			_, err := replay.NewRecorder(path, header, nil)
			var d *diag.Error
			if !errors.As(err, &d) {
				t.Errorf("error %v", err)
			}
			if now, err := os.ReadFile(path); err != nil || string(now) != content {
				t.Errorf("changed to %q", now)
			}
		})
	}
	if _, err := replay.NewRecorder(t.TempDir(), header, nil); err == nil {
		t.Error("a directory was taken")
	}
}

func TestSecretsAreTakenOut(t *testing.T) {
	const key = "sk-canary0123456789"
	redact := func(s string) string { return strings.ReplaceAll(s, key, "[redacted]") }
	path := filepath.Join(t.TempDir(), "rec.jsonl")
	r := newRecorder(t, path, redact)
	req := ask("q")
	req.Case = "case " + key
	resp := &llm.Response{Model: key, ID: key, Parts: []llm.Part{
		{Text: "my key is\n" + key},
		{Reasoning: &llm.Reasoning{Text: key}},
		{ToolCall: &llm.ToolCall{ID: key, Name: "f", Arguments: `{"key":"` + key + `"}`}},
		{ToolResult: &llm.ToolResult{Content: key}},
		{Extra: &llm.Extra{Data: json.RawMessage(`["` + key + `"]`)}},
	}}
	if err := r.Record(req, resp, &llm.Error{Kind: llm.KindTruncated, Message: key}); err != nil {
		t.Fatal(err)
	}
	closed(t, r)
	b, err := os.ReadFile(path)
	if err != nil || bytes.Contains(b, []byte("canary")) || bytes.Count(b, []byte("[redacted]")) < 9 {
		t.Errorf("%s %v", b, err)
	}
	open(t, path)
	if resp.Parts[0].Text != "my key is\n"+key {
		t.Error("the answer itself was changed")
	}
}

func TestASecretThatCannotBeTakenOut(t *testing.T) {
	r := newRecorder(t, filepath.Join(t.TempDir(), "rec.jsonl"), func(s string) string { return strings.ReplaceAll(s, `"request"`, "") })
	if err := r.Record(ask("q"), &llm.Response{}, nil); err == nil {
		t.Error("a broken line was written")
	}
	if r.Err() == nil || r.Close() == nil {
		t.Error("the failure is not told")
	}
}

func TestConcurrentRecording(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rec.jsonl")
	r := newRecorder(t, path, nil)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				req := ask("q")
				req.Case = fmt.Sprint(g, "-", i)
				record(t, r, req, strings.Repeat(req.Case+" ", 500))
			}
		})
	}
	wg.Wait()
	closed(t, r)
	if m := open(t, path); m.Len() != 400 {
		t.Errorf("%d answers", m.Len())
	}
}

// Two Recorders on one file would give their answers the same numbers.
func TestOneRecorderAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rec.jsonl")
	first := newRecorder(t, path, nil)
	record(t, first, ask("q"), "one")
	_, err := replay.NewRecorder(path, header, nil)
	if err == nil || !strings.Contains(err.Error(), "is being written by another process") || diag.HintOf(err) == "" {
		t.Errorf("a second recorder: %v", err)
	}
	record(t, first, ask("q"), "two")
	closed(t, first)
	second := newRecorder(t, path, nil)
	record(t, second, ask("q"), "three")
	closed(t, second)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("the recording has mode %v, %v", info.Mode(), err)
	}
}

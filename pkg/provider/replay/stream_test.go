package replay_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

const answered = `{"case": "a", "latency_ms": 1000, "ttft_ms": 200, "parts": [{"reasoning": {"text": "hm", "signature": "s"}},` +
	`{"text": "çok güzel bir gün, öyle değil mi? Evet, öyle."},` +
	`{"tool_call": {"id": "1", "name": "find", "arguments": "{\"where\": \"İstanbul\"}"}},` +
	`{"tool_call": {"id": "2", "name": "now", "arguments": ""}}]}`

func TestStreamAddsUpToTheAnswer(t *testing.T) {
	m := open(t, recording(t, answered))
	var text, reasoning strings.Builder
	calls := make([]llm.ToolCall, 2)
	deltas := 0
	resp, err := m.Generate(t.Context(), &llm.Request{Case: "a", OnDelta: func(d llm.Delta) error {
		deltas++
		if !utf8.ValidString(d.Text) {
			t.Errorf("%q is cut within a letter", d.Text)
		}
		text.WriteString(d.Text)
		reasoning.WriteString(d.Reasoning)
		if d.ToolCall != nil {
			c := &calls[d.Index]
			c.ID, c.Name, c.Arguments = c.ID+d.ToolCall.ID, c.Name+d.ToolCall.Name, c.Arguments+d.ToolCall.Arguments
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != resp.Text() || reasoning.String() != "hm" || deltas < 6 {
		t.Errorf("%d deltas: %q, %q", deltas, text.String(), reasoning.String())
	}
	if d := cmp.Diff(resp.ToolCalls(), calls); d != "" {
		t.Error(d)
	}
}

func TestStoppingAStreamKeepsWhatWasPassedOn(t *testing.T) {
	m := open(t, recording(t, answered))
	for stopAt := range 9 {
		var got strings.Builder
		n := 0
		stop := errors.New("stop")
		resp, err := m.Generate(t.Context(), &llm.Request{Case: "a", OnDelta: func(d llm.Delta) error {
			if n++; n > stopAt {
				return stop
			}
			got.WriteString(d.Text)
			return nil
		}})
		if n <= stopAt {
			break // the whole answer has fewer deltas
		}
		if !errors.Is(err, stop) || resp == nil || resp.Text() != got.String() || resp.FinishReason != "" || resp.Usage != nil {
			t.Errorf("after %d: %+v, %v; streamed %q", stopAt, resp, err, got.String())
		}
	}
}

func TestPaceWaitsTheRecordedTime(t *testing.T) {
	for name, c := range map[string]struct {
		pace   float64
		stream bool
		want   time.Duration
	}{
		"none":           {0, true, 0},
		"whole, stream":  {1, true, time.Second},
		"tenth, stream":  {0.1, true, 100 * time.Millisecond},
		"whole, at once": {1, false, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			var slept time.Duration
			m, err := replay.Open(recording(t, answered), replay.Options{Pace: c.pace, Sleep: func(_ context.Context, d time.Duration) error {
				slept += d
				return nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			req := &llm.Request{Case: "a"}
			if c.stream {
				req.OnDelta = func(llm.Delta) error { return nil }
			}
			if _, err := m.Generate(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			if off := (slept - c.want).Abs(); off > time.Microsecond { // the rest of a division
				t.Errorf("slept %v, want %v", slept, c.want)
			}
		})
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	m, err := replay.Open(recording(t, answered), replay.Options{Pace: 1000})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	m2, err := replay.Open(recording(t, answered), replay.Options{Pace: 1, Sleep: func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := m2.Generate(ctx, &llm.Request{Case: "a", OnDelta: func(llm.Delta) error { return nil }})
	if !errors.Is(err, context.Canceled) || resp == nil || len(resp.Parts) != 0 {
		t.Errorf("%+v %v", resp, err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err = m.Generate(ctx, &llm.Request{Case: "a"}) // a thousand seconds with the usual timer
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%+v %v", resp, err)
	}
}

func TestParseRef(t *testing.T) {
	type result struct {
		Name string
		Pace float64
		Err  string
	}
	for ref, want := range map[string]result{
		"gpt-4o":             {"gpt-4o", 0, ""},
		"a/b.jsonl?pace=0.5": {"a/b.jsonl", 0.5, ""},
		"x?":                 {"x", 0, ""},
		"":                   {"", 0, "replay/ names no recording"},
		"?pace=1":            {"", 0, "replay/ names no recording"},
		"x?speed=1":          {"", 0, `replay/x: unknown option "speed"`},
		"x?pace=-1":          {"", 0, `replay/x: pace "-1" is not a number from 0 to 1000`},
		"x?pace=NaN":         {"", 0, `replay/x: pace "NaN" is not a number from 0 to 1000`},
		"x?pace=%zz":         {"", 0, `replay/x: "pace=%zz" is no list of options`},
	} {
		name, opts, err := replay.ParseRef(ref)
		got := result{Name: name, Pace: opts.Pace}
		if err != nil {
			got = result{Err: err.Error()}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", ref, d)
		}
	}
}

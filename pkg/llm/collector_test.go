package llm_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// clock goes on by a millisecond each time it is asked.
func clock() func() time.Time {
	now := time.Unix(0, 0)
	return func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}
}

func TestCollectorJoinsFragments(t *testing.T) {
	var deltas []llm.Delta
	req := &llm.Request{OnDelta: func(d llm.Delta) error { deltas = append(deltas, d); return nil }}
	c := llm.NewCollector(req, clock())
	for _, step := range []func() error{
		func() error { return c.Reasoning("Let me ") },
		func() error { return c.Reasoning("think.") },
		func() error { c.Sign("sig"); return nil },
		func() error { return c.Text("") },
		func() error { return c.Text("Hel") },
		func() error { return c.Text("lo") },
		func() error { c.Break(); return c.Text("again") },
		func() error { return c.ToolCall(7, llm.ToolCall{ID: "a", Name: "one", Arguments: `{"x"`}) },
		func() error { return c.ToolCall(9, llm.ToolCall{Name: "two"}) },
		func() error { return c.ToolCall(7, llm.ToolCall{Arguments: `:1}`}) },
		func() error { c.Part(llm.Part{Extra: &llm.Extra{Provider: "p", Type: "t"}}); return nil },
		func() error { return c.Text("end") },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	c.Response.FinishReason = llm.FinishStop
	got, err := c.Finish(context.Background(), "p", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &llm.Response{
		Parts: []llm.Part{
			{Reasoning: &llm.Reasoning{Text: "Let me think.", Signature: "sig"}},
			{Text: "Hello"},
			{Text: "again"},
			{ToolCall: &llm.ToolCall{ID: "a", Name: "one", Arguments: `{"x":1}`}},
			{ToolCall: &llm.ToolCall{ID: "call_1", Name: "two"}},
			{Extra: &llm.Extra{Provider: "p", Type: "t"}},
			{Text: "end"},
		},
		FinishReason: llm.FinishToolCalls,
		Timing:       llm.Timing{TTFT: time.Millisecond, Total: 2 * time.Millisecond},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantDeltas := []llm.Delta{
		{Reasoning: "Let me "},
		{Reasoning: "think."},
		{Text: "Hel"},
		{Text: "lo"},
		{Text: "again"},
		{ToolCall: &llm.ToolCall{ID: "a", Name: "one", Arguments: `{"x"`}},
		{ToolCall: &llm.ToolCall{ID: "call_1", Name: "two"}, Index: 1},
		{ToolCall: &llm.ToolCall{Arguments: `:1}`}},
		{Text: "end"},
	}
	if diff := cmp.Diff(wantDeltas, deltas); diff != "" {
		t.Errorf("deltas (-want +got):\n%s", diff)
	}
}

func TestCollectorErrors(t *testing.T) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	stop := errors.New("stop")
	for name, c := range map[string]struct {
		ctx    context.Context
		err    error
		fill   func(*llm.Collector)
		want   error // by errors.Is
		text   string
		answer bool
	}{
		"before anything":   {err: &llm.Error{Kind: llm.KindQuota}, want: llm.ErrQuota, text: "p: quota"},
		"keeps what came":   {err: &llm.Error{Kind: llm.KindTruncated}, fill: text, want: llm.ErrTruncated, text: "p: truncated", answer: true},
		"deep in the chain": {err: fmt.Errorf("post: %w", &llm.Error{Kind: llm.KindAuth}), want: llm.ErrAuth, text: "p: authentication"},
		"cancelled":         {ctx: gone, err: &llm.Error{Kind: llm.KindConnection}, want: context.Canceled, text: "p: context canceled"},
		"cancelled, plain":  {ctx: gone, err: context.Canceled, want: context.Canceled, text: "p: context canceled"},
		"of the network":    {err: io.ErrUnexpectedEOF, want: io.ErrUnexpectedEOF, text: "p: connection: unexpected EOF"},
		"finish reason error": {
			fill: func(c *llm.Collector) { c.Response.FinishReason, c.Reason = llm.FinishError, "BAD_CALL" },
			text: "p: malformed response (BAD_CALL): the model could not finish its answer", answer: true,
		},
		"usage alone is something": {
			err: &llm.Error{Kind: llm.KindTruncated}, fill: func(c *llm.Collector) { c.Response.Usage = &llm.Usage{} },
			want: llm.ErrTruncated, text: "p: truncated", answer: true,
		},
		"of the callback": {
			err: errors.New("another"), want: stop, text: "stop", answer: true,
			fill: func(c *llm.Collector) { _ = c.Text("x") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			req := &llm.Request{Model: "m"}
			if c.want == stop {
				req.OnDelta = func(llm.Delta) error { return stop }
			}
			col := llm.NewCollector(req, nil)
			if c.fill != nil {
				c.fill(col)
			}
			ctx := c.ctx
			if ctx == nil {
				ctx = context.Background()
			}
			got, err := col.Finish(ctx, "p", c.err)
			if err == nil || err.Error() != c.text || (c.want != nil && !errors.Is(err, c.want)) {
				t.Errorf("error %v, want %q", err, c.text)
			}
			if e, ok := errors.AsType[*llm.Error](err); ok && e.Model != "m" {
				t.Errorf("the error names model %q", e.Model)
			}
			if (got != nil) != c.answer {
				t.Errorf("response %+v, want one: %v", got, c.answer)
			}
		})
	}
}

func text(c *llm.Collector) { _ = c.Text("partial") }

func TestCollectorRateLimit(t *testing.T) {
	for header, want := range map[string]*llm.RateLimit{
		"":                           nil,
		"60":                         nil,
		`{"remaining_requests": 12}`: {RemainingRequests: 12},
	} {
		c := llm.NewCollector(&llm.Request{}, nil)
		c.SetRateLimit(header)
		if diff := cmp.Diff(want, c.Response.RateLimit); diff != "" {
			t.Errorf("%q (-want +got):\n%s", header, diff)
		}
	}
}

func ExampleCollector() {
	// A model that says its words one by one.
	parrot := llm.ModelFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
		c := llm.NewCollector(req, nil)
		for _, word := range []string{"so ", "you ", "say"} {
			if err := c.Text(word); err != nil {
				return c.Finish(ctx, "parrot", err)
			}
		}
		c.Response.FinishReason = llm.FinishStop
		return c.Finish(ctx, "parrot", nil)
	})
	answer, err := parrot.Generate(context.Background(), &llm.Request{OnDelta: func(d llm.Delta) error {
		fmt.Printf("%q ", d.Text)
		return nil
	}})
	fmt.Println(answer.Text(), answer.FinishReason, err)
	// Output: "so " "you " "say" so you say stop <nil>
}

// Counts that cannot be are unknown: they would be charged, refunded or kept as they are.
func TestCollectorKeepsNoImpossibleUsage(t *testing.T) {
	for name, c := range map[string]struct {
		usage llm.Usage
		known bool
	}{
		"as it should be":            {llm.Usage{UncachedInput: 3, CacheRead: 2, Output: 5, Reasoning: 1}, true},
		"negative input":             {llm.Usage{UncachedInput: -3, Output: 5}, false},
		"negative output":            {llm.Usage{UncachedInput: 3, Output: -1}, false},
		"negative cache":             {llm.Usage{UncachedInput: 8, CacheRead: -5, Output: 1}, false},
		"more reasoning than output": {llm.Usage{UncachedInput: 8, Output: 1, Reasoning: 2}, false},
		"the longest":                {llm.Usage{UncachedInput: 1 << 32, Output: 1}, true},
		"longer than any window":     {llm.Usage{UncachedInput: 1<<32 - 1, CacheRead: 2}, false},
		"longer than any answer":     {llm.Usage{UncachedInput: 1, Output: 1<<32 + 1}, false},
		"more than there can be":     {llm.Usage{UncachedInput: math.MaxInt64, Output: math.MaxInt64}, false},
	} {
		t.Run(name, func(t *testing.T) {
			col := llm.NewCollector(&llm.Request{}, nil)
			col.Response.Usage = &c.usage
			resp, err := col.Finish(t.Context(), "p", col.Text("hi"))
			if err != nil || (resp.Usage != nil) != c.known {
				t.Errorf("%+v, %v", resp.Usage, err)
			}
		})
	}
}

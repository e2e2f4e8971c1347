package gateway

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Waiting for room in a limit takes nothing from the time in which a call may be tried again.
func TestWaitingForRoomIsNoTry(t *testing.T) {
	now, asked := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), 0
	g := New(Config{
		Open: func(string) (llm.Model, error) {
			return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
				if asked++; asked == 1 {
					return nil, &llm.Error{Kind: llm.KindOverloaded, Message: "busy"}
				}
				return &llm.Response{Parts: []llm.Part{{Text: "yes"}}, FinishReason: llm.FinishStop}, nil
			}), nil
		},
		Limit: func(context.Context, string, *llm.Request) (func(*llm.Response), error) {
			now = now.Add(time.Hour)
			return func(*llm.Response) {}, nil
		},
		Retry: Retry{
			Total: time.Minute, Now: func() time.Time { return now },
			Sleep: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
		},
	})
	resp, err := g.Generate(t.Context(), &llm.Request{Model: "a/b", Messages: []llm.Message{llm.Text(llm.RoleUser, "?")}})
	if err != nil || resp.Attempts != 2 {
		t.Errorf("%+v, %v", resp, err)
	}
}

// A limit that concerns the call is given back as it is, and counts as no try.
func TestStop(t *testing.T) {
	refusal := &llm.Error{Kind: llm.KindRateLimit, Message: "no room", RetryAfter: time.Second}
	g := New(Config{
		Open: func(string) (llm.Model, error) {
			return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) { panic("asked") }), nil
		},
		Chains: Chains{Any: map[string][]Link{"a/b": {{Static: "sorry"}}}},
		Limit: func(context.Context, string, *llm.Request) (func(*llm.Response), error) {
			return nil, Stop(refusal)
		},
		Breaker: Breaker{Failures: 1},
		Retry:   Retry{Sleep: func(context.Context, time.Duration) error { panic("waits") }},
	})
	for range 2 {
		resp, err := g.Generate(t.Context(), &llm.Request{Model: "a/b", Messages: []llm.Message{llm.Text(llm.RoleUser, "?")}})
		var e *llm.Error
		if !errors.As(err, &e) || e != refusal || resp.Attempts != 0 || len(resp.Parts) != 0 {
			t.Errorf("%+v, %v", resp, err)
		}
	}
}

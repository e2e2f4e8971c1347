package gateway

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// A call that its caller gives up says nothing of the provider: it neither ends a row of failures nor is it the
// probe that finds the provider well.
func TestAGivenUpCallTellsNothingOfTheProvider(t *testing.T) {
	for name, cooled := range map[string]bool{"in a row of failures": false, "as the probe": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { giveUp(t, cooled) })
		})
	}
}

func giveUp(t *testing.T, cooled bool) {
	hang, asked := false, 0
	g := New(Config{
		Chains: Chains{Any: map[string][]Link{"a/1": link("b/1")}}, Retry: Retry{Attempts: 1},
		Breaker: Breaker{Failures: 3, Cooldown: time.Minute},
		Open: func(ref string) (llm.Model, error) {
			return llm.ModelFunc(func(ctx context.Context, _ *llm.Request) (*llm.Response, error) {
				if ref == "b/1" {
					return &llm.Response{}, nil
				}
				asked++
				if hang {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				return nil, &llm.Error{Kind: llm.KindServer}
			}), nil
		},
	})
	ask := func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = g.Generate(ctx, &llm.Request{Model: "a/1"})
	}
	ask()
	ask()
	if cooled {
		ask()
		time.Sleep(61 * time.Second)
	}
	hang = true
	ask()
	hang = false
	ask() // the third in a row, or a probe that fails
	before := asked
	ask()
	if asked != before {
		t.Error("the provider is asked: the call that was given up counted as a success")
	}
}

// A limit of our own that keeps calls back is no failure of the provider's.
func TestOurOwnLimitsOpenNoCircuit(t *testing.T) {
	var asked []string
	full := true
	g := New(Config{
		Open:   (script{"a/1": "ok", "b/1": "ok"}).open(&asked),
		Chains: Chains{Any: map[string][]Link{"a/1": link("b/1")}}, Retry: Retry{Attempts: 1}, Breaker: Breaker{Failures: 2},
		Limit: func(_ context.Context, ref string, _ *llm.Request) (func(*llm.Response), error) {
			if full && ref == "a/1" {
				return nil, &llm.Error{Kind: llm.KindRateLimit}
			}
			return func(*llm.Response) {}, nil
		},
	})
	for range 4 {
		if resp, err := g.Generate(t.Context(), &llm.Request{Model: "a/1"}); err != nil || resp.Ref != "b/1" || resp.Why != "a/1: rate limit" {
			t.Errorf("%+v, %v", resp, err)
		}
	}
	full = false
	if resp, err := g.Generate(t.Context(), &llm.Request{Model: "a/1"}); err != nil || resp.Ref != "a/1" {
		t.Errorf("%+v, %v", resp, err)
	}
}

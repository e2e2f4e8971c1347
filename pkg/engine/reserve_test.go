package engine_test

import (
	"math"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

const keyed = budget.Scope("provider:p")

func quotas(store budget.Store, limits budget.Limits) *engine.Quota {
	return &engine.Quota{
		Budgets: budget.New(budget.Config{Store: store, Limits: func(budget.Scope) budget.Limits { return limits }}),
		Count:   &engine.Count{Request: func(*llm.Request) int { return 10 }, Text: func(string, string) int { return 1 }},
		Price:   func(string, *llm.Usage) *llm.Money { return nil },
	}
}

// A try that the provider refused was a request all the same: it counts against the provider's limit.
func TestATryThatFailsIsARequest(t *testing.T) {
	store := budget.NewMemory()
	q := quotas(store, budget.Limits{budget.RequestsPerMinute: 100, budget.TokensPerMinute: 100_000})
	for range 3 {
		end, err := q.Attempt(t.Context(), []budget.Scope{keyed}, "p/m", &llm.Request{}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		end(nil) // as a client gives it with an error
	}
	if err := q.Budgets.Close(); err != nil {
		t.Fatal(err)
	}
	state, _, err := store.Get(t.Context(), keyed)
	if err != nil {
		t.Fatal(err)
	}
	if n, tokens := state.Used(budget.RequestsPerMinute, time.Now()), state.Used(budget.TokensPerMinute, time.Now()); n != 3 || tokens != 0 {
		t.Errorf("%d requests and %d tokens, want 3 and 0", n, tokens)
	}
}

// The longest answer that a request asks for may be a number past all reason; it must not run over.
func TestAHugeBoundOfTheAnswerIsNotLessThanNothing(t *testing.T) {
	q := quotas(budget.NewMemory(), budget.Limits{budget.TokensPerDay: 1000})
	most, _ := q.Most(&llm.Request{Model: "p/m", MaxTokens: math.MaxInt})
	if most.Tokens < 1000 {
		t.Errorf("%d tokens", most.Tokens)
	}
	if _, err := q.Budgets.Reserve(t.Context(), []budget.Scope{keyed}, most); err == nil {
		t.Error("admitted")
	}
}

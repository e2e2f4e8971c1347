package engine_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// deciding counts the decisions of a store.
type deciding struct {
	*budget.Memory
	n int
}

func (d *deciding) Reserve(ctx context.Context, r budget.Request) ([]budget.Usage, error) {
	d.n++
	return d.Memory.Reserve(ctx, r)
}

// joint is an engine whose gateway asks for each try, with a chain from openai/a to other/b.
type joint struct {
	store  *deciding
	asked  []string // the references that were asked
	kept   records
	engine *engine.Engine
}

func newJoint(t *testing.T, limits map[budget.Scope]budget.Limits, answer func(ref string) (*llm.Response, error)) *joint {
	t.Helper()
	j := &joint{store: &deciding{Memory: budget.NewMemory()}}
	budgets := budget.New(budget.Config{Store: j.store, Limits: func(s budget.Scope) budget.Limits { return limits[s] }})
	count := &engine.Count{Request: func(*llm.Request) int { return 10 }, Text: func(string, string) int { return 5 }}
	q := &engine.Quota{
		Budgets: budgets, Count: count, Joint: true,
		Price: func(_ string, u *llm.Usage) *llm.Money { m := llm.Money(u.Input() + u.Output); return &m },
	}
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "llmops.db"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := cache.NewSQLite(t.Context(), db, 0)
	if err != nil {
		t.Fatal(err)
	}
	answers := cache.New(cache.Config{Store: store, AnyTemperature: true})
	t.Cleanup(func() {
		if err := errors.Join(budgets.Close(), answers.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	gw := gateway.New(gateway.Config{
		Open: func(ref string) (llm.Model, error) {
			return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
				j.asked = append(j.asked, ref)
				return answer(ref)
			}), nil
		},
		Chains: gateway.Chains{
			Any:           map[string][]gateway.Link{"openai/a": {{Ref: "other/b"}}},
			ContentFilter: map[string][]gateway.Link{"openai/a": {{Ref: "other/b"}}},
		},
		Breaker: gateway.Breaker{Failures: 1},
		Retry:   gateway.Retry{Attempts: 2, Sleep: func(context.Context, time.Duration) error { return nil }},
		Cache:   answers, Server: func(string) (string, bool) { return "http://server", true },
		Limit: func(ctx context.Context, ref string, req *llm.Request) (func(*llm.Response), error) {
			name := "openai"
			if ref == "other/b" {
				name = "other"
			}
			return q.Attempt(ctx, []budget.Scope{budget.ScopeOf(budget.Provider, name)}, ref, req, time.Now())
		},
	})
	j.engine = engine.New(engine.Config{Project: "shop", Gateway: gw, Quota: q, Count: count, Price: q.Price, Ledger: &j.kept})
	return j
}

func (j *joint) ask(t *testing.T, text string) (*engine.Result, error) {
	t.Helper()
	return j.engine.Generate(t.Context(), engine.Call{
		Tenant: "acme", Request: llm.Request{Model: "openai/a", MaxTokens: 20, Messages: []llm.Message{llm.Text(llm.RoleUser, text)}},
	})
}

func (j *joint) used(t *testing.T, scope budget.Scope, r budget.Resource) int64 {
	t.Helper()
	s, _, err := j.store.Get(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	return s.Used(r, time.Now())
}

func fine(string) (*llm.Response, error) {
	return &llm.Response{Parts: []llm.Part{{Text: "yes"}}, FinishReason: llm.FinishStop, Usage: &llm.Usage{UncachedInput: 10, Output: 3}}, nil
}

var scopes = []budget.Scope{"tenant:acme", "project:shop", "provider:openai", "provider:other"}

func all(l budget.Limits) map[budget.Scope]budget.Limits {
	out := map[budget.Scope]budget.Limits{}
	for _, s := range scopes {
		out[s] = l
	}
	return out
}

// settled waits until what calls took is in the store.
func (j *joint) settled(t *testing.T) {
	t.Helper()
	for start := time.Now(); j.used(t, "tenant:acme", budget.Concurrency)+j.used(t, "provider:openai", budget.Concurrency)+
		j.used(t, "provider:other", budget.Concurrency) > 0; time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("calls that ended still count as under way")
		}
	}
}

// One decision for tenant, project and provider, settled for each on what the call took; an answer from the cache
// needs none, not even where the budget is used up.
func TestOneDecision(t *testing.T) {
	j := newJoint(t, all(budget.Limits{budget.TokensPerDay: 40, budget.Concurrency: 5}), fine)
	if _, err := j.ask(t, "one"); err != nil || j.store.n != 1 {
		t.Fatalf("%d decisions: %v", j.store.n, err)
	}
	j.settled(t)
	for _, s := range scopes[:3] {
		if n := j.used(t, s, budget.TokensPerDay); n != 13 {
			t.Errorf("%s has used %d tokens", s, n)
		}
	}
	_, err := j.ask(t, "two") // needs 30 of 27
	var limit *budget.LimitError
	if !errors.As(err, &limit) {
		t.Fatalf("got %v", err)
	}
	n := j.store.n
	res, err := j.ask(t, "one")
	if err != nil || !res.Response.Cached || j.store.n != n {
		t.Errorf("from the cache: %+v after %d decisions, %v", res.Response, j.store.n-n, err)
	}
}

// A limit of the tenant ends the call: nothing else is asked in its place, nothing is tried again, and the provider is
// not blamed for it. A limit of the provider sends it on.
func TestWhoseLimit(t *testing.T) {
	small, large := budget.Limits{budget.TokensPerDay: 5}, budget.Limits{budget.TokensPerDay: 1000}
	t.Run("the tenant's", func(t *testing.T) {
		limits := all(large)
		limits["tenant:acme"] = small
		j := newJoint(t, limits, fine)
		for range 3 { // the breaker would open at the first failure
			_, err := j.ask(t, "one")
			var e *llm.Error
			var limit *budget.LimitError
			if !errors.As(err, &limit) || limit.Scope != "tenant:acme" || !errors.As(err, &e) || e.Kind != llm.KindQuota {
				t.Errorf("got %v", err)
			}
		}
		if len(j.asked) != 0 || j.store.n != 3 {
			t.Errorf("asked %v in %d decisions", j.asked, j.store.n)
		}
		limits["tenant:acme"] = large
		if res, err := j.ask(t, "one"); err != nil || res.Response.Ref != "openai/a" {
			t.Errorf("with room again: %+v, %v", res.Response, err)
		}
	})
	t.Run("the provider's", func(t *testing.T) {
		limits := all(large)
		limits["provider:openai"] = small
		j := newJoint(t, limits, fine)
		res, err := j.ask(t, "one")
		if err != nil || res.Response.Ref != "other/b" {
			t.Fatalf("%+v, %v", res.Response, err)
		}
		j.settled(t)
		for s, want := range map[budget.Scope]int64{"tenant:acme": 13, "project:shop": 13, "provider:openai": 0, "provider:other": 13} {
			if n := j.used(t, s, budget.TokensPerDay); n != want {
				t.Errorf("%s has used %d tokens, want %d", s, n, want)
			}
		}
	})
}

// Tries that fail are requests to their provider, and what they reserved beyond is given back; the tenant's claim is one for all of them.
func TestClaimOutlivesTries(t *testing.T) {
	j := newJoint(t, all(budget.Limits{budget.TokensPerDay: 1000, budget.RequestsPerDay: 1000}), func(ref string) (*llm.Response, error) {
		if ref == "openai/a" {
			return nil, &llm.Error{Kind: llm.KindOverloaded, Message: "down"}
		}
		return fine(ref)
	})
	if res, err := j.ask(t, "one"); err != nil || res.Response.Ref != "other/b" {
		t.Fatalf("%+v, %v", res.Response, err)
	}
	j.settled(t)
	for s, want := range map[budget.Scope][2]int64{"tenant:acme": {13, 1}, "provider:openai": {0, 2}, "provider:other": {13, 1}} {
		if tokens, requests := j.used(t, s, budget.TokensPerDay), j.used(t, s, budget.RequestsPerDay); tokens != want[0] || requests != want[1] {
			t.Errorf("%s has used %d tokens and %d requests, want %v", s, tokens, requests, want)
		}
	}
	if len(j.asked) != 3 {
		t.Errorf("asked %v", j.asked)
	}
}

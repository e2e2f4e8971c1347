package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// Answers for tests: a token costs one. Ten tokens are asked and five counted where nobody tells.
func filtered() (*llm.Response, error) {
	return &llm.Response{
		Parts: []llm.Part{{Text: "I"}}, FinishReason: llm.FinishContentFilter, Model: "a-2024", Usage: &llm.Usage{UncachedInput: 10, Output: 7},
	}, nil
}

func cutOff() (*llm.Response, error) {
	return &llm.Response{Parts: []llm.Part{{Text: "ye"}}, Model: "a-2024"}, &llm.Error{Kind: llm.KindTruncated}
}

func serverDown() (*llm.Response, error) { return nil, &llm.Error{Kind: llm.KindServer} }

// script answers one question after the other.
func script(answers ...func() (*llm.Response, error)) func(string) (*llm.Response, error) {
	return func(ref string) (*llm.Response, error) {
		next := answers[0]
		answers = answers[1:]
		if next == nil {
			return fine(ref)
		}
		return next()
	}
}

// What was thrown away is charged: it is in the cost, in the budgets and in the ledger, the same in each.
func TestLostAnswersAreCharged(t *testing.T) {
	for name, c := range map[string]struct {
		answers []func() (*llm.Response, error)
		cost    llm.Money
		records []string // model, status, why, cost, source of the usage
		openai  int64    // tokens of the provider
	}{
		"nothing is": {[]func() (*llm.Response, error){nil}, 13, []string{"openai/a ok  $13 "}, 13},
		"a filtered answer": {
			[]func() (*llm.Response, error){filtered, nil},
			30,
			[]string{"other/b ok openai/a: content filter $13 ", "openai/a incomplete thrown away: content filter $17 "},
			17,
		},
		"a part of one": {
			[]func() (*llm.Response, error){cutOff, nil},
			28,
			[]string{"openai/a ok  $13 ", "openai/a incomplete thrown away: truncated $15 estimated"},
			28,
		},
		"parts, and nobody answers": {
			[]func() (*llm.Response, error){cutOff, serverDown, cutOff, cutOff},
			45,
			[]string{
				"openai/a error openai/a: server; other/b: truncated $0 ",
				"openai/a incomplete thrown away: truncated $15 estimated", "other/b incomplete thrown away: truncated $15 estimated",
				"other/b incomplete thrown away: truncated $15 estimated",
			},
			15,
		},
		"both": {
			[]func() (*llm.Response, error){cutOff, filtered, cutOff, nil},
			60,
			[]string{
				"other/b ok openai/a: content filter $13 ", "openai/a incomplete thrown away: truncated $15 estimated",
				"openai/a incomplete thrown away: content filter $17 ", "other/b incomplete thrown away: truncated $15 estimated",
			},
			32,
		},
	} {
		t.Run(name, func(t *testing.T) {
			j := newJoint(t, all(budget.Limits{budget.TokensPerDay: 1000, budget.MoneyPerDay: 1000, budget.RequestsPerDay: 100, budget.Concurrency: 2}), script(c.answers...))
			res, err := j.ask(t, "one")
			j.settled(t)
			if res.Cost == nil || *res.Cost != c.cost {
				t.Errorf("the call cost %v, want %v: %v", res.Cost, c.cost, err)
			}
			var records []string
			sum := llm.Money(0)
			for _, r := range j.kept.all {
				cost := llm.Money(0)
				if r.Cost != nil {
					cost = *r.Cost
				}
				sum += cost
				records = append(records, fmt.Sprintf("%s %s %s $%d %s", r.Model(), r.Status, r.FallbackReason, cost, r.UsageSource))
				if r.TraceID != res.TraceID && (r.Parent != res.TraceID || r.Tenant != "acme" || len(r.Messages) > 0 || len(r.Output) == 0) {
					t.Errorf("part of the call: %+v", r)
				}
			}
			if diff := cmp.Diff(c.records, records); diff != "" || sum != c.cost {
				t.Errorf("the ledger has %d: %s", sum, diff)
			}
			for scope, want := range map[budget.Scope][3]int64{
				"tenant:acme": {int64(c.cost), int64(c.cost), 1}, "project:shop": {int64(c.cost), int64(c.cost), 1}, "provider:openai": {c.openai, c.openai, -1},
			} {
				tokens, money, requests := j.used(t, scope, budget.TokensPerDay), j.used(t, scope, budget.MoneyPerDay), j.used(t, scope, budget.RequestsPerDay)
				if tokens != want[0] || money != want[1] || want[2] > 0 && requests != want[2] {
					t.Errorf("%s has used %d tokens, %d of money, %d requests; want %v", scope, tokens, money, requests, want)
				}
			}
		})
	}
}

// A call takes no more than what was reserved for it: after an answer that was thrown away the next try needs room too.
func TestATryAfterALostAnswerNeedsRoom(t *testing.T) {
	limits := all(budget.Limits{budget.TokensPerDay: 1000, budget.Concurrency: 2})
	limits["tenant:acme"] = budget.Limits{budget.TokensPerDay: 40, budget.Concurrency: 2} // a try may take 30
	j := newJoint(t, limits, script(filtered, nil))
	res, err := j.ask(t, "one")
	var limit *budget.LimitError
	if !errors.As(err, &limit) || limit.Scope != "tenant:acme" || len(j.asked) != 1 {
		t.Fatalf("asked %v: %v", j.asked, err)
	}
	j.settled(t)
	if n := j.used(t, "tenant:acme", budget.TokensPerDay); n != 17 || res.Cost == nil || *res.Cost != 17 || len(j.kept.all) != 2 {
		t.Errorf("%d tokens used, cost %v, records %+v", n, res.Cost, j.kept.all)
	}
}

// What answers in another's place must have a price too where the tenant's budget is in dollars.
func TestAFallbackWithoutAPrice(t *testing.T) {
	q := quotas(budget.NewMemory(), nil)
	q.Budgets = budget.New(budget.Config{Store: budget.NewMemory(), Limits: func(s budget.Scope) budget.Limits {
		if s == "tenant:acme" {
			return budget.Limits{budget.MoneyPerDay: 1000}
		}
		return nil
	}})
	q.Joint = true
	q.Price = func(ref string, u *llm.Usage) *llm.Money {
		if ref == "free/b" {
			return nil
		}
		return new(llm.Money)
	}
	ask := llm.ModelFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
		_, err := q.Attempt(ctx, []budget.Scope{keyed}, "free/b", req, time.Now())
		return nil, err
	})
	_, err := engine.New(engine.Config{Gateway: ask, Quota: q}).Generate(t.Context(), engine.Call{
		Tenant: "acme", Request: llm.Request{Model: "p/m", Messages: []llm.Message{llm.Text(llm.RoleUser, "?")}},
	})
	var user *diag.Error
	if !errors.As(err, &user) {
		t.Errorf("got %v", err)
	}
}

// A stage that panics gives nothing back, and is not under way any more.
func TestAPanicIsChargedInFull(t *testing.T) {
	j := newJoint(t, all(budget.Limits{budget.TokensPerDay: 1000, budget.Concurrency: 2}), func(string) (*llm.Response, error) { panic("boom") })
	func() {
		defer func() { _ = recover() }()
		_, _ = j.ask(t, "one")
	}()
	j.settled(t)
	if n := j.used(t, "tenant:acme", budget.TokensPerDay); n != 30 {
		t.Errorf("%d tokens, want the 30 that were reserved", n)
	}
}

// Where all failed, the record says which were tried and why each was left, and stays with the model that was asked for.
func TestAllThatWereTried(t *testing.T) {
	j := newJoint(t, nil, script(serverDown, serverDown, serverDown, serverDown))
	if _, err := j.ask(t, "one"); err == nil || len(j.kept.all) != 1 {
		t.Fatalf("%+v, %v", j.kept.all, err)
	}
	r := j.kept.all[0]
	if r.Ref != "" && r.Ref != "openai/a" {
		t.Errorf("counted under %s", r.Ref)
	}
	if diff := cmp.Diff([]string{"openai/a", "other/b"}, r.FallbackFrom); diff != "" || r.FallbackReason != "openai/a: server; other/b: server" || r.Model() != "openai/a" || r.Status != ledger.Failed {
		t.Errorf("%s %s %s %s", r.Model(), r.Status, r.FallbackReason, diff)
	}
}

// A dearer model in another's place needs its own room: what was reserved for the cheap one is not enough.
func TestADearerFallbackNeedsItsOwnRoom(t *testing.T) {
	store := budget.NewMemory()
	q := quotas(store, nil)
	q.Budgets = budget.New(budget.Config{Store: store, Limits: func(s budget.Scope) budget.Limits {
		if s == "tenant:acme" {
			return budget.Limits{budget.MoneyPerDay: 500, budget.RequestsPerDay: 10}
		}
		return nil
	}})
	q.Joint = true
	q.Price = func(ref string, u *llm.Usage) *llm.Money {
		m := llm.Money(u.Input() + u.Output)
		if ref == "p/dear" {
			m *= 10
		}
		return &m
	}
	var during []int64
	gw := llm.ModelFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
		for _, ref := range []string{"p/m", "p/dear", "p/m"} { // the first two fail and take nothing
			end, err := q.Attempt(ctx, []budget.Scope{keyed}, ref, req, time.Now())
			if err != nil {
				return nil, err
			}
			s, _, err := store.Get(ctx, "tenant:acme")
			if err != nil {
				return nil, err
			}
			during = append(during, s.Used(budget.MoneyPerDay, time.Now()))
			end(nil)
		}
		return &llm.Response{Ref: "p/m", Attempts: 3, Parts: []llm.Part{{Text: "yes"}}, Usage: &llm.Usage{UncachedInput: 10, Output: 3}}, nil
	})
	ask := func(bound int) error {
		_, err := engine.New(engine.Config{Gateway: gw, Quota: q, Price: q.Price}).Generate(t.Context(), engine.Call{
			Tenant: "acme", Request: llm.Request{Model: "p/m", MaxTokens: bound, Messages: []llm.Message{llm.Text(llm.RoleUser, "?")}},
		})
		return err
	}
	if err := ask(20); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{30, 300, 300}, during); diff != "" {
		t.Error(diff)
	}
	var limit *budget.LimitError
	if err := ask(60); !errors.As(err, &limit) { // 70 fit, 700 do not
		t.Errorf("got %v", err)
	}
	if err := q.Budgets.Close(); err != nil {
		t.Fatal(err)
	}
	s, _, err := store.Get(t.Context(), "tenant:acme")
	if err != nil || s.Used(budget.MoneyPerDay, time.Now()) != 13 || s.Used(budget.RequestsPerDay, time.Now()) != 1 {
		t.Errorf("used %d and %d requests, %v", s.Used(budget.MoneyPerDay, time.Now()), s.Used(budget.RequestsPerDay, time.Now()), err)
	}
}

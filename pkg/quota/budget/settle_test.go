package budget_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

var errDown = errors.New("the store is down")

// flaky is a store whose Reserve may fail after a while, before or after it has decided.
type flaky struct {
	budget.Store
	before, after error
	takes         time.Duration
}

func (s *flaky) Reserve(ctx context.Context, r budget.Request) ([]budget.Usage, error) {
	time.Sleep(s.takes)
	if s.before != nil {
		return nil, s.before
	}
	u, err := s.Store.Reserve(ctx, r)
	return u, errors.Join(err, s.after)
}

func perDay(tokens int64) func(budget.Scope) budget.Limits {
	return func(budget.Scope) budget.Limits {
		return budget.Limits{budget.TokensPerDay: tokens, budget.Concurrency: 2}
	}
}

// A settlement that a failing reservation had taken along is written all the same.
func TestASettlementOutlivesAReservationThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &flaky{Store: budget.NewMemory()}
		b := budget.New(budget.Config{Store: s, Limits: perDay(1000)})
		first, err := b.Reserve(t.Context(), []budget.Scope{acme}, one(900, 0))
		if err != nil {
			t.Fatal(err)
		}
		s.before, s.takes = errDown, time.Second
		first.Settle(one(10, 0))
		if _, err := b.Reserve(t.Context(), []budget.Scope{acme}, one(50, 0)); !errors.Is(err, errDown) {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if got := usedToday(t, s); got != 10 {
			t.Errorf("%d tokens used, want 10", got)
		}
	})
}

// A reservation whose answer was lost is taken back: its caller never made the call.
func TestAReservationWhoseAnswerIsLostIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &flaky{Store: budget.NewMemory(), after: errDown}
		b := budget.New(budget.Config{Store: s, Limits: perDay(1000)})
		for range 5 {
			if _, err := b.Reserve(t.Context(), []budget.Scope{acme}, one(50, 0)); !errors.Is(err, errDown) {
				t.Fatal(err)
			}
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if got := usedToday(t, s); got != 0 {
			t.Errorf("%d tokens used, want 0", got)
		}
		s.after = nil
		if _, err := b.Reserve(t.Context(), []budget.Scope{acme}, one(50, 0)); err != nil {
			t.Error(err)
		}
	})
}

func usedToday(t *testing.T, s budget.Store) int64 {
	t.Helper()
	state, _, err := s.Get(t.Context(), acme)
	if err != nil {
		t.Fatal(err)
	}
	return state.Used(budget.TokensPerDay, time.Now())
}

// However much a call says it needs, no sum runs over into what is free.
func huge(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.TokensPerDay: 1000, budget.MoneyPerDay: int64(llm.Dollar)}
	if e := reserve(t, s, ask("a", noon, one(10, 10), limits)); e != nil {
		t.Fatal(e)
	}
	for name, u := range map[string]budget.Use{"tokens": one(math.MaxInt64, 1), "money": one(1, math.MaxInt64)} {
		if e := reserve(t, s, ask(name, noon, u, limits)); e == nil {
			t.Errorf("%s: admitted", name)
		}
	}
}

// silent is a store that cannot be read.
type silent struct {
	budget.Store
	asked int
}

func (s *silent) Limited(context.Context) ([]budget.Scope, error) {
	s.asked++
	return nil, errDown
}

// A store that does not answer is left alone for a second: calls would wait for it one after the other.
func TestASilentStoreIsLeftAlone(t *testing.T) {
	s, now, reports := &silent{Store: budget.NewMemory()}, noon, 0
	b := budget.New(budget.Config{
		Store: s, Open: true, Now: func() time.Time { return now }, Report: func(error) { reports++ },
	})
	for want := 1; want <= 2; want++ {
		for range 20 {
			if _, err := b.Reserve(t.Context(), []budget.Scope{acme}, one(1, 0)); err != nil {
				t.Fatal(err)
			}
		}
		if s.asked != want {
			t.Errorf("asked %d times, want %d", s.asked, want)
		}
		now = now.Add(time.Second)
	}
	if reports != 1 {
		t.Errorf("told %d times that the store fails", reports)
	}
}

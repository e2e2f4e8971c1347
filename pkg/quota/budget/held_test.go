package budget_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// heldBack: a budget that is full of reservations is told apart from one that is spent.
func heldBack(t *testing.T, s budget.Store) {
	const cent = llm.Dollar / 100
	limits := budget.Limits{budget.MoneyPerDay: int64(10 * cent)}
	for _, id := range []string{"a", "b"} {
		if e := reserve(t, s, ask(id, noon, one(0, 5*cent), limits)); e != nil {
			t.Fatal(e)
		}
	}
	refused := func(name string, need llm.Money, now time.Time, held llm.Money) {
		t.Helper()
		e := reserve(t, s, ask("c", now, one(0, need), limits))
		if e == nil || llm.Money(e.Held) != held || e.Frees.IsZero() != e.TooLarge() {
			t.Errorf("%s: %#v, want held %v", name, e, held)
		}
	}
	refused("all is reserved", cent, noon, 10*cent)
	refused("more than the whole", 11*cent, noon, 0)
	if err := s.Settle(t.Context(), settlement("a", acme, one(0, 4*cent))); err != nil {
		t.Fatal(err)
	}
	refused("room when b gives all back", 6*cent, noon, 5*cent)
	refused("no room then either", 7*cent, noon, 0)
	refused("b is dead and stays charged", 2*cent, noon.Add(11*time.Minute), 0)
}

// A call waits for what calls under way give back, and not for the next day.
func TestReserveWaitsForWhatIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget.New(budget.Config{Store: budget.NewMemory(), Limits: perDay(100), MaxWait: time.Minute})
		first, err := b.Reserve(t.Context(), []budget.Scope{acme}, one(90, 0))
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(5*time.Second, func() { first.Settle(one(10, 0)) })
		start := time.Now()
		second, err := b.Reserve(t.Context(), []budget.Scope{acme}, one(90, 0))
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 5*time.Second || took > 7*time.Second {
			t.Errorf("the second call waited for %v", took)
		}
		second.Settle(one(90, 0))
		if _, err := b.Reserve(t.Context(), []budget.Scope{acme}, one(1, 0)); err == nil || time.Since(start) > 7*time.Second {
			t.Errorf("a spent budget: %v after %v", err, time.Since(start))
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

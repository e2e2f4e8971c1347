package budget_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// watched is a store that counts the steps in which leases are renewed, and may fail.
type watched struct {
	*budget.Memory

	mu      sync.Mutex // guards the fields below
	down    bool
	steps   int // of renewals
	renewed int // leases in them
}

func (w *watched) Reserve(ctx context.Context, r budget.Request) ([]budget.Usage, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return nil, errDown
	}
	for _, n := range r.Renewed {
		w.renewed += len(n.IDs)
	}
	if len(r.Renewed) > 0 {
		w.steps++
	}
	return w.Memory.Reserve(ctx, r)
}

func (w *watched) fails(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
}

func (w *watched) renewals() (steps, leases int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.steps, w.renewed
}

func atOnce(n int64) func(budget.Scope) budget.Limits {
	return func(budget.Scope) budget.Limits { return budget.Limits{budget.Concurrency: n} }
}

func must(t *testing.T, b *budget.Budgets, scopes ...budget.Scope) *budget.Reservation {
	t.Helper()
	r, err := b.Reserve(t.Context(), scopes, one(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustNot(t *testing.T, b *budget.Budgets) {
	t.Helper()
	var limit *budget.LimitError
	if _, err := b.Reserve(t.Context(), []budget.Scope{acme}, one(1, 0)); !errors.As(err, &limit) {
		t.Errorf("got %v, want a limit that is reached", err)
	}
}

func closed(t *testing.T, b *budget.Budgets) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// A call of three hours keeps its place, a process that does nothing more loses it within a minute, whatever its Lease.
func TestALongCallKeepsItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &watched{Memory: budget.NewMemory()}
		alive := budget.New(budget.Config{Store: s, Limits: atOnce(1), Lease: 25 * time.Minute})
		other := budget.New(budget.Config{Store: s, Limits: atOnce(1), Lease: 25 * time.Minute})
		r := must(t, alive, acme)
		for range 3 * 60 * 6 {
			time.Sleep(10 * time.Second)
			mustNot(t, other)
		}
		r.Settle(one(1, 0))
		closed(t, alive)

		killed := budget.New(budget.Config{Store: s, Limits: atOnce(1), Lease: 25 * time.Minute})
		must(t, killed, acme) // not settled, and not renewed after Close
		closed(t, killed)
		time.Sleep(59 * time.Second)
		mustNot(t, other)
		time.Sleep(time.Second)
		must(t, other, acme).Settle(one(1, 0))
		closed(t, other)
	})
}

// Calls that are short, or that no concurrency bounds, renew nothing.
func TestShortCallsRenewNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &watched{Memory: budget.NewMemory()}
		b := budget.New(budget.Config{Store: s, Limits: atOnce(100)})
		for range 500 {
			r := must(t, b, acme, "project:shop")
			time.Sleep(9 * time.Second)
			r.Settle(one(1, 0))
		}
		unbound := budget.New(budget.Config{Store: s, Limits: func(budget.Scope) budget.Limits { return budget.Limits{budget.TokensPerDay: 1000} }})
		r := must(t, unbound, "tenant:other")
		time.Sleep(30 * time.Minute)
		r.Settle(one(1, 0))
		if steps, _ := s.renewals(); steps != 0 {
			t.Errorf("%d renewals", steps)
		}
		closed(t, b)
		closed(t, unbound)
	})
}

// Hundreds of calls are renewed in one step at a time, and parts of reservations on their own.
func TestManyCallsAreRenewedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &watched{Memory: budget.NewMemory()}
		b := budget.New(budget.Config{Store: s, Limits: atOnce(300)})
		var all []*budget.Reservation
		for range 300 {
			of, others := must(t, b, acme, "provider:openai").Split([]budget.Scope{acme})
			all = append(all, of)
			others.Settle(one(1, 0))
		}
		time.Sleep(10 * time.Minute)
		steps, leases := s.renewals()
		if steps < 10 || steps > 30 || leases != steps*300 {
			t.Errorf("%d leases in %d steps", leases, steps)
		}
		mustNot(t, b)
		for _, r := range all {
			r.Settle(one(1, 0))
		}
		closed(t, b)
		state, _, _ := s.Get(t.Context(), acme)
		if n := state.Used(budget.Concurrency, time.Now()); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

// A store that fails for less than half a lease costs no place; after a longer time the call has its place back.
func TestTheStoreFailsWhileLeasesAreRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &watched{Memory: budget.NewMemory()}
		b := budget.New(budget.Config{Store: s, Limits: atOnce(1)})
		other := budget.New(budget.Config{Store: s, Limits: atOnce(1)})
		r := must(t, b, acme)
		for range 10 {
			s.fails(true)
			time.Sleep(25 * time.Second)
			s.fails(false)
			mustNot(t, other)
			time.Sleep(11 * time.Second)
			mustNot(t, other)
		}
		s.fails(true)
		time.Sleep(10 * time.Minute)
		s.fails(false)
		second := must(t, other, acme) // nobody knows better
		time.Sleep(11 * time.Second)
		second.Settle(one(1, 0))
		time.Sleep(time.Second)
		mustNot(t, other) // the first is still under way
		r.Settle(one(1, 0))
		time.Sleep(time.Second)
		must(t, other, acme).Settle(one(1, 0))
		closed(t, b)
		closed(t, other)
	})
}

// After the machine was asleep timers are late. The next reservation does not take this process to be dead.
func TestAfterTheMachineWasAsleep(t *testing.T) {
	for name, jump := range map[string]time.Duration{"asleep": 8 * time.Hour, "the clock is put back": -8 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, jumped := &watched{Memory: budget.NewMemory()}, time.Duration(0)
				b := budget.New(budget.Config{
					Store: s, Limits: atOnce(2), Lease: 24 * time.Hour,
					Now: func() time.Time { return time.Now().Add(jumped) },
				})
				first, second := must(t, b, acme), must(t, b, acme)
				jumped = jump
				mustNot(t, b)
				if steps, leases := s.renewals(); steps != 1 || leases != 2 {
					t.Errorf("%d leases in %d steps", leases, steps)
				}
				first.Settle(one(1, 0))
				second.Settle(one(1, 0))
				closed(t, b)
			})
		})
	}
}

// However long calls take, no more are under way than may be, and those of processes that die are free within a minute.
func TestRandomCallsAndDeaths(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 3).Draw(rt, "limit")
		type call struct{ begin, take time.Duration }
		calls := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) call {
			return call{
				time.Duration(rapid.IntRange(0, 600).Draw(rt, "begin")) * time.Second,
				time.Duration(rapid.IntRange(0, 2000).Draw(rt, "takes")) * 100 * time.Millisecond,
			}
		}), 1, 12).Draw(rt, "calls")
		deaths := rapid.IntRange(0, n).Draw(rt, "deaths")
		synctest.Test(t, func(t *testing.T) {
			s := &watched{Memory: budget.NewMemory()}
			for range deaths { // they hold places at first
				killed := budget.New(budget.Config{Store: s, Limits: atOnce(int64(n))})
				must(t, killed, acme)
				closed(t, killed)
			}
			processes := [2]*budget.Budgets{}
			for i := range processes {
				processes[i] = budget.New(budget.Config{Store: s, Limits: atOnce(int64(n)), MaxWait: time.Hour})
			}
			var mu sync.Mutex
			most, now := 0, 0
			change := func(by int) {
				mu.Lock()
				defer mu.Unlock()
				now += by
				most = max(most, now)
			}
			var wg sync.WaitGroup
			for i, c := range calls {
				wg.Go(func() {
					time.Sleep(c.begin)
					r, err := processes[i%2].Reserve(context.Background(), []budget.Scope{acme}, one(1, 0))
					if err != nil {
						t.Error(err)
						return
					}
					change(1)
					time.Sleep(c.take)
					change(-1)
					r.Settle(one(1, 0))
				})
			}
			wg.Wait()
			for _, b := range processes {
				closed(t, b)
			}
			if most > n {
				t.Errorf("%d calls were under way, the limit is %d", most, n)
			}
			time.Sleep(time.Minute)
			for range n {
				must(t, processes[0], "tenant:acme")
			}
		})
		if t.Failed() {
			rt.Fatal(fmt.Sprint("limit ", n, ", calls ", calls))
		}
	})
}

// Reservations are parted and settled while others' leases are renewed: for the race detector, and nothing is left over.
func TestRenewalsBesideSplits(t *testing.T) {
	s := &watched{Memory: budget.NewMemory()}
	b := budget.New(budget.Config{Store: s, Limits: atOnce(1000), Slot: 3 * time.Millisecond})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 300 {
				r, err := b.Reserve(t.Context(), []budget.Scope{acme, "provider:openai"}, one(1, 0))
				if err != nil {
					t.Error(err)
					return
				}
				of, others := r.Split([]budget.Scope{"provider:openai"})
				time.Sleep(time.Millisecond)
				of.Settle(one(1, 0))
				others.Settle(one(1, 0))
			}
		})
	}
	wg.Wait()
	closed(t, b)
	for _, scope := range []budget.Scope{acme, "provider:openai"} {
		state, _, _ := s.Get(t.Context(), scope)
		if n := state.Used(budget.Concurrency, time.Now()); n != 0 {
			t.Errorf("%d calls of %s are left", n, scope)
		}
	}
	goleak.VerifyNone(t)
}

package budget_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

var oneCall = budget.Limits{budget.Concurrency: 1, budget.TokensPerDay: 1000}

// leased makes a request with a lease of a minute for a call of at most ten.
func leased(id string, now time.Time, limits budget.Limits) budget.Request {
	r := ask(id, now, one(100, 0), limits)
	r.Lease = now.Add(time.Minute)
	return r
}

func renew(t *testing.T, s budget.Store, now time.Time, ids ...string) {
	t.Helper()
	_, err := s.Reserve(t.Context(), budget.Request{Now: now, Renewed: []budget.Renewal{{Scope: acme, IDs: ids, Lease: now.Add(time.Minute)}}})
	if err != nil {
		t.Fatal(err)
	}
}

func settle(t *testing.T, s budget.Store, id string, tokens int64) {
	t.Helper()
	if err := s.Settle(t.Context(), settlement(id, acme, one(tokens, 0))); err != nil {
		t.Fatal(err)
	}
}

// counts checks the calls under way and the tokens of the day.
func counts(t *testing.T, s budget.Store, now time.Time, calls, tokens int64) {
	t.Helper()
	state, _, err := s.Get(t.Context(), acme)
	if err != nil {
		t.Fatal(err)
	}
	if c, n := state.Used(budget.Concurrency, now), state.Used(budget.TokensPerDay, now); c != calls || n != tokens {
		t.Errorf("%d calls and %d tokens, want %d and %d", c, n, calls, tokens)
	}
}

func granted(t *testing.T, s budget.Store, r budget.Request) {
	t.Helper()
	if e := reserve(t, s, r); e != nil {
		t.Error(e)
	}
}

func refused(t *testing.T, s budget.Store, r budget.Request, lapses time.Time) {
	t.Helper()
	if e := reserve(t, s, r); e == nil || e.Resource != budget.Concurrency || !e.Lapses.Equal(lapses) {
		t.Errorf("got %#v, want one that lapses at %v", e, lapses)
	}
}

func after(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// The place of a process that lives is kept, the one of a dead process is free after its lease, and its tokens stay charged.
func leaseRenewed(t *testing.T, s budget.Store) {
	granted(t, s, leased("a", noon, oneCall))
	refused(t, s, leased("b", after(59), oneCall), after(60))
	renew(t, s, after(30), "a")
	refused(t, s, leased("b", after(61), oneCall), after(90))
	// A decision may take renewals along, which come before it.
	r := leased("b", after(95), oneCall)
	r.Renewed = []budget.Renewal{{Scope: acme, IDs: []string{"a"}, Lease: after(155)}}
	refused(t, s, r, after(155))
	refused(t, s, leased("b", after(154), oneCall), after(155))
	granted(t, s, leased("b", after(155), oneCall))
	counts(t, s, after(155), 1, 200)
}

// A process that had been stopped comes back: it settles what it took, and takes nobody's place away.
func leaseRanOut(t *testing.T, s budget.Store) {
	granted(t, s, leased("a", noon, oneCall))
	granted(t, s, leased("b", after(61), oneCall))
	renew(t, s, after(62), "a")
	counts(t, s, after(62), 2, 200) // both are under way, and no third
	refused(t, s, leased("c", after(63), oneCall), after(122))
	settle(t, s, "b", 10)
	refused(t, s, leased("c", after(63), oneCall), after(122))
	granted(t, s, leased("c", after(122), oneCall))
	settle(t, s, "a", 20) // whose lease has run out again
	counts(t, s, after(123), 1, 130)
	refused(t, s, leased("d", after(123), oneCall), after(182))
	settle(t, s, "a", 20)
	counts(t, s, after(123), 1, 130)
}

// Renewals of what was settled, forgotten or never there change nothing.
func renewsNothing(t *testing.T, s budget.Store) {
	renew(t, s, noon, "nobody")
	granted(t, s, leased("a", noon, oneCall))
	settle(t, s, "a", 10)
	renew(t, s, after(1), "a", "nobody")
	counts(t, s, after(1), 0, 10)
	granted(t, s, leased("b", after(1), oneCall))
	if err := s.Reset(t.Context(), acme); err != nil {
		t.Fatal(err)
	}
	renew(t, s, after(2), "b")
	counts(t, s, after(2), 0, 0)
	granted(t, s, leased("c", after(2), oneCall))
}

// Renewed past the time that it was thought to take, a call keeps its place and gives back what it did not take.
func leaseOutlives(t *testing.T, s budget.Store) {
	granted(t, s, leased("a", noon, oneCall))
	last := 0
	for ; last < 1200; last += 30 {
		renew(t, s, after(last), "a")
	}
	refused(t, s, leased("b", after(last), oneCall), after(last+30))
	settle(t, s, "a", 10)
	counts(t, s, after(last), 0, 10)
	granted(t, s, leased("b", after(last), oneCall))
	granted(t, s, leased("c", after(last+600), oneCall)) // b is gone for good
	settle(t, s, "b", 0)
	counts(t, s, after(last+600), 1, 210)
}

// The clock is put back by a year: the next renewal makes the lease end a minute later than it is now.
func leaseClockBack(t *testing.T, s budget.Store) {
	granted(t, s, leased("a", noon.AddDate(1, 0, 0), oneCall))
	refused(t, s, leased("b", noon, oneCall), noon.Add(48*time.Hour))
	renew(t, s, after(10), "a")
	refused(t, s, leased("b", after(11), oneCall), after(70))
	granted(t, s, leased("b", after(70), oneCall))
}

func manyLeases(t *testing.T, s budget.Store) {
	limits, ids := budget.Limits{budget.Concurrency: 1100}, []string(nil)
	for i := range 1100 {
		ids = append(ids, fmt.Sprint("call ", i))
		granted(t, s, leased(ids[i], noon, limits))
	}
	renew(t, s, after(30), ids[:1099]...)
	granted(t, s, leased("one is free", after(60), limits))
	refused(t, s, leased("no more", after(60), limits), after(90))
	counts(t, s, after(89), 1100, 110_100)
	counts(t, s, after(90), 1, 110_100)
}

// randomLeases gives a request the lease of a call that is renewed, and has it renew others.
func randomLeases(rt *rapid.T, r *budget.Request, calls int, scopes ...budget.Scope) {
	if rapid.Bool().Draw(rt, "leased") {
		r.Lease = r.Now.Add(time.Duration(rapid.IntRange(1, 90).Draw(rt, "lease")) * time.Second)
	}
	for range rapid.IntRange(0, 2).Draw(rt, "renewals") {
		n := budget.Renewal{
			Scope: rapid.SampledFrom(scopes).Draw(rt, "renewed scope"),
			Lease: r.Now.Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "renewal")) * time.Second),
		}
		for range rapid.IntRange(0, 3).Draw(rt, "ids") {
			n.IDs = append(n.IDs, fmt.Sprint(rapid.IntRange(0, calls).Draw(rt, "renewed")))
		}
		r.Renewed = append(r.Renewed, n)
	}
}

package budget_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/llmops-toolkit/llmops/pkg/internal/redistest"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
	"github.com/llmops-toolkit/llmops/pkg/redisdb"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// stores makes each kind of store, empty.
var stores = map[string]func(testing.TB) budget.Store{
	"memory": func(testing.TB) budget.Store { return budget.NewMemory() },
	"sqlite": func(t testing.TB) budget.Store { return openSQLite(t, filepath.Join(t.TempDir(), "llmops.db")) },
	"redis":  func(t testing.TB) budget.Store { return openRedis(t, redistest.Start(t).URL) },
}

func openSQLite(t testing.TB, path string) budget.Store {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s, err := budget.NewSQLite(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openRedis(t testing.TB, url string) budget.Store {
	t.Helper()
	db, err := redisdb.Open(redisdb.Config{URL: url, Namespace: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return budget.NewRedis(db)
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const acme = budget.Scope("tenant:acme")

// ask makes a request that one scope bounds.
func ask(id string, now time.Time, u budget.Use, limits budget.Limits) budget.Request {
	return budget.Request{ID: id, Scopes: []budget.Bound{{Scope: acme, Limits: limits}}, Use: u, Now: now, Until: now.Add(10 * time.Minute)}
}

func reserve(t testing.TB, s budget.Store, r budget.Request) *budget.LimitError {
	t.Helper()
	_, err := s.Reserve(t.Context(), r)
	var limit *budget.LimitError
	if err != nil && !errors.As(err, &limit) {
		t.Fatal(err)
	}
	return limit
}

func one(tokens int64, money llm.Money) budget.Use {
	return budget.Use{Requests: 1, Tokens: tokens, Money: money}
}

func settlement(id string, scope budget.Scope, u budget.Use) budget.Settlement {
	return budget.Settlement{ID: id, Scopes: []budget.Scope{scope}, Use: u}
}

// The one conformance suite of all stores.
func TestStores(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			for name, test := range map[string]func(*testing.T, budget.Store){
				"a minute's requests": minute, "a budget is settled": settled, "days and months": periods, "calls under way": underWay,
				"all scopes or none": allOrNone, "a dead call is charged": dead, "limits that were set": limitsSet, "reset": reset,
				"a clock that jumps back": clockBack, "killed while the clock was ahead": killedAhead, "a sum that runs over": huge, "too large for ever": tooLarge, "what calls under way may give back": heldBack,
				"a lease is renewed": leaseRenewed, "a lease that ran out": leaseRanOut, "a renewal of nothing": renewsNothing,
				"a call longer than anybody thought": leaseOutlives, "a lease after the clock was put back": leaseClockBack,
				"hundreds of leases": manyLeases, "usage": usageTold, "concurrent reservations": concurrent,
			} {
				t.Run(name, func(t *testing.T) { test(t, open(t)) })
			}
		})
	}
}

func minute(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.RequestsPerMinute: 3, budget.TokensPerMinute: 100}
	for i := range 3 {
		if e := reserve(t, s, ask(fmt.Sprint(i), noon.Add(time.Duration(i)*10*time.Second), one(10, 0), limits)); e != nil {
			t.Fatal(e)
		}
	}
	now := noon.Add(30 * time.Second)
	want := &budget.LimitError{Scope: acme, Resource: budget.RequestsPerMinute, Limit: 3, Used: 3, Need: 1, Frees: noon.Add(61 * time.Second)}
	if diff := cmp.Diff(want, reserve(t, s, ask("x", now, one(10, 0), limits))); diff != "" {
		t.Error(diff)
	}
	if e := reserve(t, s, ask("y", want.Frees, one(10, 0), limits)); e != nil {
		t.Errorf("not free when it was said: %v", e)
	}
	// Tokens: 30 of the last minute are left, and 80 more are over; the first slot that frees enough is told.
	want = &budget.LimitError{Scope: acme, Resource: budget.TokensPerMinute, Limit: 100, Used: 30, Need: 80, Frees: noon.Add(71 * time.Second)}
	got := reserve(t, s, ask("z", noon.Add(65*time.Second), one(80, 0), budget.Limits{budget.TokensPerMinute: 100}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func settled(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.MoneyPerDay: int64(llm.Dollar), budget.TokensPerMinute: 1000}
	for i, c := range []struct {
		id      string
		reserve budget.Use
		actual  *budget.Use // nil: under way
		full    bool
	}{
		{"a", one(600, llm.Dollar/2), &budget.Use{Requests: 1, Tokens: 100, Money: llm.Dollar / 10}, false},
		{"b", one(800, llm.Dollar*9/10), &budget.Use{}, false}, // refunded
		{"c", one(800, llm.Dollar*9/10), nil, false},
		{"d", one(10, 1), nil, true}, // 0.1 spent and 0.9 reserved
	} {
		e := reserve(t, s, ask(c.id, noon, c.reserve, limits))
		if (e != nil) != c.full {
			t.Fatalf("%d: %v", i, e)
		}
		if c.actual != nil {
			for range 2 { // the second has no effect
				if err := s.Settle(t.Context(), settlement(c.id, acme, *c.actual)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	state, _, err := s.Get(t.Context(), acme)
	if err != nil {
		t.Fatal(err)
	}
	if got := state.Used(budget.MoneyPerDay, noon); got != int64(llm.Dollar) {
		t.Errorf("spent and reserved are %v", llm.Money(got))
	}
	if got := state.Used(budget.TokensPerMinute, noon); got != 900 {
		t.Errorf("%d tokens", got)
	}
	if got := state.Used(budget.RequestsPerMinute, noon); got != 2 {
		t.Errorf("%d requests", got)
	}
}

func periods(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.TokensPerDay: 100, budget.TokensPerMonth: 150}
	first := ask("a", noon, one(100, 0), limits)
	first.Until = noon.Add(48 * time.Hour)
	if e := reserve(t, s, first); e != nil {
		t.Fatal(e)
	}
	if e := reserve(t, s, ask("b", noon, one(1, 0), limits)); e == nil || !e.Frees.Equal(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the day: %v", e)
	}
	tomorrow := noon.Add(24 * time.Hour)
	if e := reserve(t, s, ask("c", tomorrow, one(50, 0), limits)); e != nil {
		t.Error(e)
	}
	if e := reserve(t, s, ask("d", tomorrow, one(1, 0), limits)); e == nil || e.Resource != budget.TokensPerMonth || !e.Frees.Equal(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the month: %v", e)
	}
	// What was reserved on a day is settled on that day.
	if err := s.Settle(t.Context(), settlement("a", acme, budget.Use{})); err != nil {
		t.Fatal(err)
	}
	state, _, err := s.Get(t.Context(), acme)
	if err != nil {
		t.Fatal(err)
	}
	if d, m := state.Used(budget.TokensPerDay, tomorrow), state.Used(budget.TokensPerMonth, tomorrow); d != 50 || m != 50 {
		t.Errorf("%d today, %d this month", d, m)
	}
}

func underWay(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.Concurrency: 2}
	for _, id := range []string{"a", "b"} {
		if e := reserve(t, s, ask(id, noon, one(0, 0), limits)); e != nil {
			t.Fatal(e)
		}
	}
	if e := reserve(t, s, ask("c", noon, one(0, 0), limits)); e == nil || e.Resource != budget.Concurrency || !e.Frees.IsZero() ||
		!e.Lapses.Equal(noon.Add(10*time.Minute)) || !strings.HasSuffix(e.Error(), "free when a call under way ends, or at 2026-03-01T12:10:00Z if its process has died") {
		t.Errorf("got %v", e)
	}
	if err := s.Settle(t.Context(), settlement("a", acme, one(0, 0))); err != nil {
		t.Fatal(err)
	}
	if e := reserve(t, s, ask("d", noon, one(0, 0), limits)); e != nil {
		t.Error(e)
	}
	if e := reserve(t, s, ask("e", noon.Add(11*time.Minute), one(0, 0), limits)); e != nil {
		t.Errorf("dead calls still count: %v", e)
	}
}

func allOrNone(t *testing.T, s budget.Store) {
	both := func(id string) budget.Request {
		r := ask(id, noon, one(10, 0), budget.Limits{budget.TokensPerDay: 100})
		r.Scopes = append(r.Scopes, budget.Bound{Scope: "project:shop", Limits: budget.Limits{budget.RequestsPerMinute: 1}})
		return r
	}
	if e := reserve(t, s, both("a")); e != nil {
		t.Fatal(e)
	}
	if e := reserve(t, s, both("b")); e == nil || e.Scope != "project:shop" {
		t.Fatalf("got %v", e)
	}
	state, _, err := s.Get(t.Context(), acme)
	if err != nil || state.Used(budget.TokensPerDay, noon) != 10 || state.Used(budget.Concurrency, noon) != 1 {
		t.Errorf("the refused call was counted: %+v, %v", state, err)
	}
	scopes, err := s.Scopes(t.Context())
	if diff := cmp.Diff([]budget.Scope{"project:shop", acme}, scopes); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func dead(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.MoneyPerDay: 100}
	if e := reserve(t, s, ask("a", noon, one(0, 100), limits)); e != nil {
		t.Fatal(e)
	}
	later := noon.Add(time.Hour)
	if e := reserve(t, s, ask("b", later, one(0, 1), limits)); e == nil {
		t.Error("what a dead call had reserved is free again, though the provider may have charged it")
	}
	if err := s.Settle(t.Context(), settlement("a", acme, budget.Use{})); err != nil {
		t.Fatal(err)
	}
	if e := reserve(t, s, ask("c", later, one(0, 1), budget.Limits{budget.MoneyPerDay: 101})); e != nil {
		t.Error(e)
	}
}

func limitsSet(t *testing.T, s budget.Store) {
	config := budget.Limits{budget.RequestsPerMinute: 1, budget.TokensPerMinute: 10}
	for i, c := range []struct {
		set  budget.Limits
		use  budget.Use
		want budget.Resource // "" means that there is room
	}{
		{nil, one(5, 0), ""},
		{nil, one(5, 0), budget.RequestsPerMinute},
		{budget.Limits{budget.RequestsPerMinute: 5}, one(5, 0), ""},
		{budget.Limits{budget.RequestsPerMinute: 5}, one(1, 0), budget.TokensPerMinute},
		{budget.Limits{budget.TokensPerMinute: 0, budget.RequestsPerMinute: 9}, one(100, 0), ""}, // lifted
		{nil, one(0, 0), budget.RequestsPerMinute},
	} {
		if err := s.SetLimits(t.Context(), acme, c.set); err != nil {
			t.Fatal(err)
		}
		if e := reserve(t, s, ask(fmt.Sprint(i), noon, c.use, config)); (e == nil) != (c.want == "") || e != nil && e.Resource != c.want {
			t.Errorf("%d: %v", i, e)
		}
		if list, err := s.Limited(t.Context()); err != nil || (len(list) == 1) != (len(c.set) > 0) {
			t.Errorf("%d: limited are %v, %v", i, list, err)
		}
		if _, got, err := s.Get(t.Context(), acme); err != nil || cmp.Diff(c.set, got, cmpopts.EquateEmpty()) != "" {
			t.Errorf("%d: set are %v, %v", i, got, err)
		}
	}
}

func reset(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.TokensPerDay: 10}
	set := budget.Limits{budget.TokensPerDay: 20}
	if err := s.SetLimits(t.Context(), acme, set); err != nil {
		t.Fatal(err)
	}
	if e := reserve(t, s, ask("a", noon, one(20, 0), limits)); e != nil {
		t.Fatal(e)
	}
	if err := s.Reset(t.Context(), acme); err != nil {
		t.Fatal(err)
	}
	if e := reserve(t, s, ask("b", noon, one(20, 0), limits)); e != nil {
		t.Error(e)
	}
	if _, got, err := s.Get(t.Context(), acme); err != nil || cmp.Diff(set, got) != "" {
		t.Errorf("the limits went too: %v, %v", got, err)
	}
	if state, got, err := s.Get(t.Context(), "tenant:nobody"); state != nil || got != nil || err != nil {
		t.Errorf("nobody has %v, %v, %v", state, got, err)
	}
}

// What was under way when the clock was a year ahead does not count for a year.
func killedAhead(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.Concurrency: 1}
	if e := reserve(t, s, ask("a", noon.AddDate(1, 0, 0), one(0, 0), limits)); e != nil {
		t.Fatal(e)
	}
	if e := reserve(t, s, ask("b", noon, one(0, 0), limits)); e == nil || !e.Lapses.Equal(noon.Add(48*time.Hour)) {
		t.Errorf("after the jump: %v", e)
	}
	if e := reserve(t, s, ask("c", noon.Add(30*time.Minute), one(0, 0), limits)); e == nil || !e.Lapses.Equal(noon.Add(48*time.Hour)) {
		t.Errorf("later: %v", e)
	}
	if e := reserve(t, s, ask("d", noon.Add(49*time.Hour), one(0, 0), limits)); e != nil {
		t.Error(e)
	}
}

func clockBack(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.RequestsPerMinute: 2, budget.MoneyPerDay: 100}
	for _, id := range []string{"a", "b"} {
		if e := reserve(t, s, ask(id, noon, one(0, 40), limits)); e != nil {
			t.Fatal(e)
		}
	}
	before := noon.Add(-13 * time.Hour) // the day before
	e := reserve(t, s, ask("c", before, one(0, 1), limits))
	if e == nil || e.Resource != budget.RequestsPerMinute || e.Frees.After(before.Add(62*time.Second)) {
		t.Errorf("after the jump: %v", e)
	}
	if e := reserve(t, s, ask("d", before.Add(2*time.Minute), one(0, 30), limits)); e != nil {
		t.Errorf("a minute later: %v", e)
	}
	// Forward again: what was spent today is still spent.
	if e := reserve(t, s, ask("e", noon.Add(5*time.Minute), one(0, 21), limits)); e == nil || e.Resource != budget.MoneyPerDay || e.Used != 80 {
		t.Errorf("back again: %v", e)
	}
}

func tooLarge(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.TokensPerMinute: 100, budget.RequestsPerMinute: 5}
	e := reserve(t, s, ask("a", noon, one(101, 0), limits))
	if e == nil || !e.Frees.IsZero() || !strings.Contains(e.Error(), "more than the whole tpm of 100") {
		t.Errorf("got %v", e)
	}
}

func usageTold(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.MoneyPerDay: 100, budget.Concurrency: 7, budget.RequestsPerMinute: 9}
	for i, want := range []map[budget.Resource]int64{
		{budget.MoneyPerDay: 30, budget.Concurrency: 1, budget.RequestsPerMinute: 1},
		{budget.MoneyPerDay: 60, budget.Concurrency: 2, budget.RequestsPerMinute: 2},
	} {
		got, err := s.Reserve(t.Context(), ask(fmt.Sprint(i), noon, one(5, 30), limits))
		if diff := cmp.Diff([]budget.Usage{{Scope: acme, Used: want, Limits: limits}}, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}

func concurrent(t *testing.T, s budget.Store) {
	limits := budget.Limits{budget.MoneyPerDay: int64(llm.Dollar)}
	var granted atomic.Int64
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 25 {
				if reserve(t, s, ask(fmt.Sprint(w, " ", i), noon, one(0, llm.Dollar/100), limits)) == nil {
					granted.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if granted.Load() != 100 {
		t.Errorf("%d cents of a dollar were given", granted.Load())
	}
}

// Random schedules: no window of a minute has more than the limit, and every store decides like Memory.
func TestRandomSchedules(t *testing.T) {
	for _, name := range []string{"sqlite", "redis"} {
		t.Run(name, func(t *testing.T) {
			store, run := stores[name](t), 0
			rapid.Check(t, func(rt *rapid.T) {
				run++
				scope, model := budget.Scope(fmt.Sprint("tenant:", run)), budget.NewMemory()
				limits := budget.Limits{}
				for _, r := range budget.Resources() {
					if rapid.Bool().Draw(rt, "bound "+string(r)) {
						limits[r] = rapid.Int64Range(1, 30).Draw(rt, string(r))
					}
				}
				type granted struct {
					at time.Time
					u  budget.Use
				}
				var calls []granted
				now := noon
				for i := range rapid.IntRange(1, 40).Draw(rt, "calls") {
					now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(rt, "after ms")) * time.Millisecond)
					u := one(rapid.Int64Range(0, 12).Draw(rt, "tokens"), llm.Money(rapid.Int64Range(0, 12).Draw(rt, "money")))
					r := budget.Request{ID: fmt.Sprint(i), Scopes: []budget.Bound{{Scope: scope, Limits: limits}}, Use: u, Now: now, Until: now.Add(time.Minute)}
					randomLeases(rt, &r, i, scope)
					want, wantErr := model.Reserve(t.Context(), r)
					got, err := store.Reserve(t.Context(), r)
					if diff := cmp.Diff(wantErr, err); diff != "" {
						rt.Fatalf("call %d: %s", i, diff)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						rt.Fatalf("call %d: %s", i, diff)
					}
					if err == nil {
						calls = append(calls, granted{now, u})
					}
					if rapid.IntRange(0, 2).Draw(rt, "settle") == 0 {
						id := fmt.Sprint(rapid.IntRange(0, i).Draw(rt, "which"))
						actual := one(rapid.Int64Range(0, 5).Draw(rt, "actual tokens"), llm.Money(rapid.Int64Range(0, 5).Draw(rt, "actual money")))
						for _, s := range []budget.Store{model, store} {
							if err := s.Settle(t.Context(), settlement(id, scope, actual)); err != nil {
								rt.Fatal(err)
							}
						}
					}
					want2, _, _ := model.Get(t.Context(), scope)
					got2, _, err := store.Get(t.Context(), scope)
					if err != nil {
						rt.Fatal(err)
					}
					for _, res := range budget.Resources() {
						if a, b := want2.Used(res, now), got2.Used(res, now); a != b {
							rt.Fatalf("call %d: %s is %d, want %d", i, res, b, a)
						}
					}
				}
				for i, from := range calls { // requests are not refunded here
					n := int64(0)
					for _, c := range calls[i:] {
						if c.at.Sub(from.at) < time.Minute {
							n++
						}
					}
					if limit, ok := limits[budget.RequestsPerMinute]; ok && n > limit {
						rt.Fatalf("%d requests within a minute, the limit is %d", n, limit)
					}
				}
			})
		})
	}
}

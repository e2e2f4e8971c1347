package ledger_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestVerdictsAndWhatAPassCosts(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	var records []ledger.Record
	for _, id := range []string{"a", "b", "c"} {
		r := whole()
		r.TraceID, r.Passed, r.Cost = id, nil, ptr(llm.Money(100))
		records = append(records, r)
	}
	appendAll(t, l, records...)
	for _, v := range []map[string]bool{{"a": false, "b": true, "gone": true}, {"a": true, "b": true, "c": false}, {}} {
		if err := l.SetPassed(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Totals(t.Context(), ledger.Filter{})
	if err != nil || got[0].Judged != 3 || got[0].Passed != 2 || got[0].EvalCost != 300 || *got[0].PerPass() != 150 {
		t.Errorf("%+v %v", got, err)
	}
	consistent(t, l)
}

func TestRepriceIsAllOrNothing(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	all := calls(300)
	appendAll(t, l, all...)
	before, err := l.Totals(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	price := func(r *ledger.Record) *llm.Money {
		if n++; n == 100 {
			cancel()
		}
		return ptr(llm.Money(7))
	}
	if changed, err := l.Reprice(ctx, ledger.Filter{}, "note", price); err == nil || changed != 0 {
		t.Error(changed, err)
	}
	after, err := l.Totals(t.Context(), ledger.Filter{})
	if d := cmp.Diff(before, after); d != "" || err != nil {
		t.Error(d, err)
	}
	changed, err := l.Reprice(t.Context(), ledger.Filter{Tenant: "acme"}, "note", func(*ledger.Record) *llm.Money { return ptr(llm.Money(7)) })
	if err != nil || changed == 0 {
		t.Fatal(changed, err)
	}
	sum, err := l.Totals(t.Context(), ledger.Filter{Tenant: "acme"})
	if err != nil || sum[0].Cost != llm.Money(7*sum[0].Calls) || sum[0].Unpriced+sum[0].UnpricedFailed != 0 {
		t.Errorf("%+v %v", sum, err)
	}
	consistent(t, l)
}

func TestRetainOnceADay(t *testing.T) {
	l := openLedger(t, ledger.Options{Texts: ledger.TextsFull})
	old, fresh := whole(), whole()
	fresh.TraceID, fresh.Time = "new", start.Add(9*24*time.Hour)
	appendAll(t, l, old, fresh)
	now := start.Add(10 * 24 * time.Hour)
	steps := []struct {
		r    ledger.Retention
		now  time.Time
		want ledger.Old
	}{
		{ledger.Retention{}, now, ledger.Old{}},
		{ledger.Retention{Texts: 5 * 24 * time.Hour}, now, ledger.Old{Texts: 1}},
		{ledger.Retention{Calls: 5 * 24 * time.Hour}, now.Add(time.Hour), ledger.Old{}},                     // the same day
		{ledger.Retention{Calls: 5 * 24 * time.Hour}, now.Add(-time.Hour), ledger.Old{}},                    // a clock set back
		{ledger.Retention{Calls: 5 * 24 * time.Hour}, now.Add(25 * time.Hour), ledger.Old{Calls: 1}},        // the next day
		{ledger.Retention{Calls: 5 * 24 * time.Hour}, now.Add(-100 * 24 * time.Hour), ledger.Old{Calls: 0}}, // the last time is far in the future
	}
	for i, s := range steps {
		got, err := l.Retain(t.Context(), s.r, s.now)
		if err != nil || got != s.want {
			t.Errorf("step %d: %+v %v", i, got, err)
		}
	}
	if sum, err := l.Totals(t.Context(), ledger.Filter{}); err != nil || sum[0].Calls != 2 {
		t.Errorf("%+v %v", sum, err)
	}
}

func TestBurn(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	now := time.Date(2025, 3, 15, 12, 0, 0, 0, time.UTC)
	for i, at := range []time.Time{now.AddDate(0, -1, 0), now.AddDate(0, 0, -10), now.AddDate(0, 0, -2), now.Add(-time.Hour)} {
		appendAll(t, l, ledger.Record{TraceID: string(rune('a' + i)), Time: at, Status: ledger.OK, Cost: ptr(llm.Dollar)})
	}
	b, err := l.Burn(t.Context(), ledger.Filter{}, now)
	if err != nil {
		t.Fatal(err)
	}
	// Two dollars in seven and a half days; 16.5 days are left of March.
	perDay := float64(2*llm.Dollar) / 7.5
	if b.Over != 180*time.Hour || b.Month != 3*llm.Dollar || b.PerDay != llm.Money(perDay) || b.MonthEnd != 3*llm.Dollar+llm.Money(perDay*16.5) {
		t.Errorf("%+v", b)
	}
	none, err := l.Burn(t.Context(), ledger.Filter{Tenant: "nobody"}, now)
	if err != nil || none.Month != 0 || none.PerDay != 0 || none.MonthEnd != 0 {
		t.Errorf("%+v %v", none, err)
	}
	// The month of a zone that begins within an hour, when its calls are pruned.
	if _, err := l.Prune(t.Context(), now, ""); err != nil {
		t.Fatal(err)
	}
	odd, err := l.Burn(t.Context(), ledger.Filter{Zone: time.FixedZone("+05:30", 19800)}, now)
	if err != nil || odd.Month != 3*llm.Dollar {
		t.Errorf("%+v %v", odd, err)
	}
}

func TestFindByTheEndOfTheID(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	for i, id := range []string{"01JNAAAA1111", "01JNBBBB2222", "01JNCCCC2222"} {
		appendAll(t, l, ledger.Record{TraceID: id, Tenant: id[4:5], Time: start.Add(time.Duration(i)), Status: ledger.OK})
	}
	for _, c := range []struct{ tenant, id, want string }{
		{"", "01JNAAAA1111", "01JNAAAA1111"},
		{"", "aaaa1111", "01JNAAAA1111"},
		{"", "last", "01JNCCCC2222"},
		{"B", "2222", "01JNBBBB2222"},
		{"B", "01JNAAAA1111", ""},
		{"", "2222", ""},
		{"", "1", ""},
		{"", "%%%%", ""},
	} {
		got, err := l.Find(t.Context(), c.tenant, c.id)
		if c.want == "" {
			if err == nil {
				t.Errorf("%v found %s", c, got.TraceID)
			}
			continue
		}
		if err != nil || got.TraceID != c.want {
			t.Errorf("%v: %+v %v", c, got, err)
		}
	}
	if _, err := l.Find(t.Context(), "", "9999"); !errors.Is(err, ledger.ErrNotFound) {
		t.Error(err)
	}
}

func TestFollow(t *testing.T) {
	l := openLedger(t, ledger.Options{Sync: true})
	appendAll(t, l, ledger.Record{TraceID: "before", Time: start, Status: ledger.OK})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got, done, ready := make(chan string, 10), make(chan error, 1), make(chan struct{})
	go func() {
		close(ready)
		done <- l.Follow(ctx, ledger.Filter{Tenant: "acme"}, time.Millisecond, func(r *ledger.Record) error {
			got <- r.TraceID
			return nil
		})
	}()
	<-ready
	var seen []string
	for i := 0; len(seen) < 2; i++ { // until it has begun to look
		appendAll(t, l, ledger.Record{TraceID: string(rune('a'+i%26)) + string(rune('a'+i/26)), Tenant: "acme", Time: start, Status: ledger.OK},
			ledger.Record{TraceID: "other" + string(rune('a'+i)), Tenant: "other", Time: start, Status: ledger.OK})
		select {
		case id := <-got:
			seen = append(seen, id)
		case <-time.After(10 * time.Millisecond):
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if !slices.IsSorted(seen) && len(seen[0]) != 2 {
		t.Error(seen)
	}
}

func TestOldestFirst(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	appendAll(t, l, calls(5)...)
	got, err := l.List(t.Context(), ledger.Filter{Oldest: true, Limit: 2})
	if d := cmp.Diff([]string{"t000003", "t000004"}, ids(got)); d != "" || err != nil {
		t.Error(d, err)
	}
}

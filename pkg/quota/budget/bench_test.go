package budget_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// BenchmarkReserve is a reservation of two scopes with all limits, the settlement of the one before with it.
func BenchmarkReserve(b *testing.B) {
	for name, open := range stores {
		b.Run(name, func(b *testing.B) {
			limits := budget.Limits{}
			for _, r := range budget.Resources() {
				limits[r] = 1 << 50
			}
			bs := budget.New(budget.Config{Store: open(b), Limits: func(budget.Scope) budget.Limits { return limits }})
			defer bs.Close() //nolint:errcheck // it gives nil
			scopes := []budget.Scope{acme, "project:shop"}
			b.ReportAllocs()
			for b.Loop() {
				r, err := bs.Reserve(b.Context(), scopes, one(100, 1000))
				if err != nil {
					b.Fatal(err)
				}
				r.Settle(one(50, 500))
			}
		})
	}
}

// BenchmarkRenew is the renewal of 500 leases of two scopes each, which is one step.
func BenchmarkRenew(b *testing.B) {
	for name, open := range stores {
		b.Run(name, func(b *testing.B) {
			s, now := open(b), time.Now()
			limits := budget.Limits{budget.Concurrency: 500}
			all := []budget.Renewal{{Scope: acme, Lease: now.Add(time.Hour)}, {Scope: "project:shop", Lease: now.Add(time.Hour)}}
			for i := range 500 {
				r := ask(fmt.Sprintf("01JNABCDEFGHIJKLMNPQRST%03d", i), now, one(1, 1), limits)
				r.Scopes = append(r.Scopes, budget.Bound{Scope: "project:shop", Limits: limits})
				if e := reserve(b, s, r); e != nil {
					b.Fatal(e)
				}
				for k := range all {
					all[k].IDs = append(all[k].IDs, r.ID)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Reserve(b.Context(), budget.Request{Now: now, Renewed: all}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func Example() {
	budgets := budget.New(budget.Config{
		Store:  budget.NewMemory(),
		Limits: func(budget.Scope) budget.Limits { return budget.Limits{budget.RequestsPerMinute: 1} },
		Now:    func() time.Time { return noon },
	})
	for range 2 {
		r, err := budgets.Reserve(context.Background(), []budget.Scope{"tenant:acme"}, budget.Use{Requests: 1, Tokens: 900})
		if err != nil {
			fmt.Println(err)
			continue
		}
		r.Settle(budget.Use{Requests: 1, Tokens: 412})
	}
	fmt.Println(budgets.Close())
	// Output:
	// tenant acme: rpm of 1 is reached: 1 used, 1 more needed, free at 2026-03-01T12:01:01Z
	// <nil>
}

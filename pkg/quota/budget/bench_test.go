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

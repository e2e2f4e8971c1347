package ledger_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

func Example() {
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(dir, "llmops.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	l, err := ledger.Open(ctx, db, ledger.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()

	price := llm.Money(125_000)
	for i, cost := range []*llm.Money{&price, &price, nil} {
		err := l.Append(ctx, ledger.Record{
			TraceID: fmt.Sprint("call-", i), Time: time.Now(), Tenant: "acme", ModelAsked: "openai/gpt-4o", Status: ledger.OK, Cost: cost,
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := l.Flush(ctx); err != nil {
		log.Fatal(err)
	}
	totals, err := l.Totals(ctx, ledger.Filter{}, ledger.ByTenant, ledger.ByModel)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range totals {
		fmt.Printf("%s %s: %d calls, %v, %d unpriced\n", t.Tenant, t.Model, t.Calls, t.Cost, t.Unpriced)
	}
	// Output: acme openai/gpt-4o: 3 calls, $0.00025, 1 unpriced
}

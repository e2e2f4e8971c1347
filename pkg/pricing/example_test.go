package pricing_test

import (
	"fmt"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// A usage costs its buckets; what is not known costs nil, never 0.
func Example() {
	cat, err := pricing.Parse("# date 2026-09-23\n@acme\tAcme\none\tone-*\tctx=128000\tin=2.5 out=10 read=1.25 /batch in=1.25 out=5\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	usage := &llm.Usage{UncachedInput: 1000, CacheRead: 3000, Output: 200}
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	fmt.Println(*cat.Cost("acme/one", usage, pricing.Options{At: at}))
	fmt.Println(*cat.Cost("acme/one", usage, pricing.Options{At: at, Batch: true}))
	fmt.Println(cat.Cost("acme/two", usage, pricing.Options{At: at}) == nil)
	// Output:
	// $0.00825
	// $0.006
	// true
}

func ExampleCatalog_With() {
	own, err := pricing.ReadOverrides("llmops.yaml", []byte("my/model: {input: 0.15, output: 0.6}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	cat, err := pricing.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*cat.With(own).Cost("my/model", &llm.Usage{UncachedInput: 2000, Output: 1000}, pricing.Options{}))
	// Output: $0.0009
}

func ExampleModel_Breakdown() {
	cat, err := pricing.Parse("# date 2026-09-23\n@acme\tAcme\none\t\t\tin=3 out=15 read=0.3 >200000 in=6 out=22.5\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	model, _ := cat.Find("acme/one")
	b := model.Breakdown(&llm.Usage{UncachedInput: 250_000, Output: 1000}, pricing.Options{})
	for _, line := range b.Lines {
		fmt.Println(line.Bucket, line.Tokens, *line.Rate, line.Cost)
	}
	fmt.Println("above", b.Tier, "tokens:", b.Total)
	// Output:
	// input 250000 $6.00 $1.50
	// output 1000 $22.50 $0.0225
	// above 200000 tokens: $1.5225
}

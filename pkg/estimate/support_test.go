package estimate_test

import (
	"context"
	"math/big"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// day is a moment at which the prices of the tests hold.
var day = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

func prices(t testing.TB, overrides string) *pricing.Catalog {
	t.Helper()
	c, err := pricing.Default()
	if err != nil {
		t.Fatal(err)
	}
	o, err := pricing.ReadOverrides("prices.yaml", []byte(overrides))
	if err != nil {
		t.Fatal(err)
	}
	return c.With(o)
}

func newEstimator(t testing.TB, change func(*estimate.Config)) *estimate.Estimator {
	t.Helper()
	cfg := estimate.Config{
		Compose: estimate.Dry(engine.Config{}), Prices: prices(t, ""), Options: pricing.Options{At: day},
		Models: []string{"openai/gpt-4o-mini"},
	}
	if change != nil {
		change(&cfg)
	}
	return estimate.New(cfg)
}

func ask(text string, maxTokens int) estimate.Call {
	return estimate.Call{Call: engine.Call{Request: llm.Request{
		Messages: []llm.Message{llm.Text(llm.RoleUser, text)}, MaxTokens: maxTokens,
	}}}
}

// one gives the only estimate.
func one(t testing.TB, e *estimate.Estimator) estimate.Estimate {
	t.Helper()
	list := e.Models()
	if len(list) != 1 {
		t.Fatalf("%d models; want 1", len(list))
	}
	return list[0]
}

// exact is tokens times dollars per million, in nano-dollars, by rational numbers.
func exact(t testing.TB, in, out int64, inPrice, outPrice string) llm.Money {
	t.Helper()
	sum := new(big.Rat)
	for _, p := range []struct {
		n     int64
		price string
	}{{in, inPrice}, {out, outPrice}} {
		price, ok := new(big.Rat).SetString(p.price)
		if !ok {
			t.Fatalf("price %q", p.price)
		}
		sum.Add(sum, price.Mul(price, big.NewRat(p.n*1000, 1)))
	}
	if !sum.IsInt() {
		t.Fatalf("%s is not a whole number of nano-dollars", sum)
	}
	return llm.Money(sum.Num().Int64())
}

type history func(key estimate.Key) *estimate.Sample

func (h history) Answers(_ context.Context, key estimate.Key) (*estimate.Sample, error) {
	return h(key), nil
}

func sampleOf(outputs ...int64) *estimate.Sample {
	s := &estimate.Sample{Source: estimate.FromLedger}
	for _, n := range outputs {
		s.Add(n, 1)
	}
	return s
}

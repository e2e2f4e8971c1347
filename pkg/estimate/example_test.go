package estimate_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

func Example() {
	prices, err := pricing.Default()
	if err != nil {
		log.Fatal(err)
	}
	est := estimate.New(estimate.Config{
		Compose: estimate.Dry(engine.Config{}), Models: []string{"openai/gpt-4o-mini", "openai/gpt-4o"}, Prices: prices,
		Options: pricing.Options{At: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)},
	})
	call := engine.Call{Request: llm.Request{
		Messages: []llm.Message{llm.Text(llm.RoleUser, "What is the capital of France?")}, MaxTokens: 50,
	}}
	if err := est.Add(context.Background(), estimate.Call{Call: call, Times: 1000}); err != nil {
		log.Fatal(err)
	}
	for _, m := range est.Models() {
		fmt.Printf("%s: %s to %s\n", m.Model, m.Cost.Low, m.Cost.High)
	}
	// Output:
	// openai/gpt-4o-mini: $0.0021 to $0.0321
	// openai/gpt-4o: $0.035 to $0.535
}

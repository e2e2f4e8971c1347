package gateway

import (
	"context"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// budget is what is left to all attempts at one call. It belongs to one goroutine.
type budget struct {
	attempts int
	start    time.Time
	held     bool  // the last attempt was kept back by Config.Limit
	passed   bool  // the last attempt was not made, because another model may answer at once: see Elsewhere
	walk     *walk // nil outside of a Gateway's chains
}

// later counts the models that can still be asked in place of the one that failed so.
func (b *budget) later(resp *llm.Response, err error) int {
	if b.walk == nil {
		return 0
	}
	return b.walk.later(failureOf(resp, err, kindOf(err)))
}

type budgetKey struct{}

func withBudget(ctx context.Context, b *budget) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

// took is the time since the call began, without waiting for room in limits.
func (b *budget) took(r Retry) time.Duration { return r.Now().Sub(b.start) }

// spent tells whether another model may not be asked any more.
func (b *budget) spent(r Retry) bool { return b.attempts <= 0 || b.took(r) > r.Total }

// heldBack tells whether the call's last attempt was never sent, for our own limits or what the provider said of its own.
func heldBack(ctx context.Context) bool {
	b, ok := ctx.Value(budgetKey{}).(*budget)
	return ok && (b.held || b.passed)
}

// budgetOf gives the call's budget, or one of its own for an attempt outside a Gateway.
func budgetOf(ctx context.Context, r Retry) *budget {
	if b, ok := ctx.Value(budgetKey{}).(*budget); ok {
		return b
	}
	return &budget{attempts: r.Attempts, start: r.Now()}
}

package gateway

import (
	"context"
	"time"
)

// Elsewhere tells whether an attempt that would have to wait so long at its model is better made at another one: at
// any other deployment of a pool, and at a model of its chain where the wait is longer than Retry.MaxWait. Who has
// asked and is told so must fail, without having sent anything, with a retryable *llm.Error whose RetryAfter is the
// wait: the call goes on at once, and the attempt counts neither as one nor against the provider. ctx is an
// attempt's; with any other it is false.
func Elsewhere(ctx context.Context, wait time.Duration) bool {
	b, ok := ctx.Value(budgetKey{}).(*budget)
	if !ok || b.walk == nil {
		return false
	}
	w := b.walk
	b.passed = w.mate(outage) || wait > w.g.cfg.Retry.MaxWait && w.later(outage) > 0
	return b.passed
}

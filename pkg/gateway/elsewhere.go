package gateway

import (
	"context"
	"time"
)

// Elsewhere tells whether an attempt that would have to wait for its model is better made at another one: at any other
// deployment of a pool; and at the next model of the chain where this one has refused a call for its limit, or the
// wait is longer than Retry.MaxWait: a model that only paces its callers is not left for another. Who has asked and is
// told so must fail with a retryable *llm.Error and without having sent anything: the call goes on at once, and the
// attempt counts neither as one nor against the provider. ctx is an attempt's; with any other it is false.
func Elsewhere(ctx context.Context, refused bool, wait time.Duration) bool {
	b, ok := ctx.Value(budgetKey{}).(*budget)
	if !ok || b.walk == nil {
		return false
	}
	leaves := refused || wait > b.walk.g.cfg.Retry.MaxWait
	b.passed = b.walk.mate(outage) || leaves && b.walk.later(outage) > 0
	return b.passed
}

package gateway

import "context"

// Elsewhere tells whether an attempt that would have to wait for room at its model is better made at another one: at
// any other deployment of a pool, and where the model has said that it is at its limit, at the next of its chain. Who
// has asked and is told so must fail with a retryable *llm.Error and without having sent anything: the call goes on
// at once, and the attempt counts neither as one nor against the provider. ctx is an attempt's; with any other it is
// false.
func Elsewhere(ctx context.Context, atLimit bool) bool {
	b, ok := ctx.Value(budgetKey{}).(*budget)
	if !ok || b.walk == nil {
		return false
	}
	b.passed = b.walk.mate(outage) || atLimit && b.walk.later(outage) > 0
	return b.passed
}

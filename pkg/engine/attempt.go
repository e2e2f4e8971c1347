package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// Attempt takes what one try may use from the budgets of a provider and its key, and at a call's first try what the
// call may use from its own. The end must be told what came.
func (q *Quota) Attempt(ctx context.Context, scopes []budget.Scope, ref string, req *llm.Request, now time.Time) (end func(*llm.Response), err error) {
	asked := *req
	asked.Model = ref
	c, _ := ctx.Value(claimKey{}).(*claim)
	most, priced := q.attempted(c, &asked)
	if !priced {
		if err := q.enforceable(ctx, c.and(scopes), ref); err != nil {
			return nil, err
		}
	}
	held, err := q.take(ctx, c, scopes, most, now)
	if err != nil {
		return nil, err
	}
	return func(resp *llm.Response) {
		whole := llm.Response{}
		if resp != nil {
			whole = *resp
		}
		whole.Attempts, whole.Ref = 1, ref // one that failed was a request too
		res := Result{Request: &asked, Response: &whole}
		if whole.Usage != nil {
			res.Own = q.Price(ref, whole.Usage)
		}
		use := q.answered(&res)
		held.Settle(use)
		if c != nil && use.Tokens > 0 {
			c.charged = use
		}
	}, nil
}

// attempted is the most that a try can use. What was counted for the call is not counted again.
func (q *Quota) attempted(c *claim, req *llm.Request) (use budget.Use, priced bool) {
	if c != nil && c.model == req.Model && c.most.Money > 0 {
		return c.most, true
	}
	return q.Most(req)
}

// take reserves for a try, with the call's own claim where that is still to be taken.
func (q *Quota) take(ctx context.Context, c *claim, scopes []budget.Scope, most budget.Use, now time.Time) (*budget.Reservation, error) {
	if c != nil && c.short(most) {
		c.pay()
	}
	if c == nil || c.taken {
		held, err := q.Budgets.Reserve(ctx, scopes, most)
		return held, Refusal(err, now)
	}
	all := most // a candidate may cost more than the model that was asked for, or have no price
	all.Tokens, all.Money = max(all.Tokens, c.most.Tokens), max(all.Money, c.most.Money)
	held, err := q.Budgets.Reserve(ctx, c.and(scopes), all)
	var limit *budget.LimitError
	if errors.As(err, &limit) && slices.Contains(c.scopes, limit.Scope) && all == c.most {
		return nil, gateway.Stop(Refusal(err, now)) // no other model has room for it; for a dearer one than was asked, one may
	}
	if err != nil {
		return nil, Refusal(err, now)
	}
	c.taken, c.room = true, all
	c.held, held = held.Split(c.scopes)
	return held, nil
}

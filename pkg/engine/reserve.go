package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// Quota keeps tenants and projects within their limits.
type Quota struct {
	Budgets *budget.Budgets
	Count   *Count
	Price   func(modelRef string, u *llm.Usage) *llm.Money
	// MaxOutput gives the longest answer of a model in tokens, for a request that does not bound it; 0 means unknown, and
	// then 4096 are reserved.
	MaxOutput func(modelRef string) int
	// Exempt tells that calls to a model use nothing: recordings. nil: none are.
	Exempt func(modelRef string) bool
	// Joint says that the gateway asks Attempt before each try. Then what a call takes of its tenant and project is
	// reserved with what its first try takes of provider and key, in one decision; an answer from the cache needs none.
	Joint bool
}

// reserve takes what the call may use from the budgets of its tenant and project, and gives back what it did not.
func reserve(cfg Config) Stage {
	q := cfg.Quota
	return func(next Handler) Handler {
		if q == nil {
			return next
		}
		return func(ctx context.Context, call *Call) error {
			req := call.Result.Request
			if q.Exempt != nil && q.Exempt(req.Model) {
				return next(ctx, call)
			}
			scopes := []budget.Scope{budget.ScopeOf(budget.Tenant, call.Tenant)}
			if cfg.Project != "" {
				scopes = append(scopes, budget.ScopeOf(budget.Project, cfg.Project))
			}
			most, priced := q.Most(req)
			err := q.enforceable(ctx, scopes, req.Model, priced)
			if err != nil {
				return err
			}
			c := &claim{scopes: scopes, model: req.Model, most: most}
			if !q.Joint {
				if c.held, err = q.Budgets.Reserve(ctx, scopes, most); err != nil {
					return Refusal(err, cfg.Now())
				}
				c.taken = true
			}
			defer func() { // a stage that panics refunds nothing: it may have been charged
				c.held.Settle(q.used(&call.Result))
			}()
			return next(context.WithValue(ctx, claimKey{}, c), call)
		}
	}
}

// Most is the most that a call can use: its input and the longest answer, of which there is none where
// Request.MaxTokens is below zero, as of embeddings. priced tells whether the price is known.
func (q *Quota) Most(req *llm.Request) (use budget.Use, priced bool) {
	output := req.MaxTokens
	if output == 0 && q.MaxOutput != nil {
		output = q.MaxOutput(req.Model)
	}
	if output == 0 {
		output = 4096
	}
	output = max(0, output)
	return q.use(req.Model, &llm.Usage{UncachedInput: int64(q.Count.Request(req)), Output: int64(output)})
}

// mostOutput is longer than any answer. A request may bound its own by any number, and no sum may run over.
const mostOutput = 1 << 40

func (q *Quota) use(model string, u *llm.Usage) (use budget.Use, priced bool) {
	use = budget.Use{Requests: 1, Tokens: u.Input() + min(u.Output, mostOutput)}
	if price := q.Price(model, u); price != nil {
		use.Money, priced = *price, true
	}
	return use, priced
}

// enforceable fails where a budget of money bounds a call whose price nobody knows.
func (q *Quota) enforceable(ctx context.Context, scopes []budget.Scope, model string, priced bool) error {
	if priced {
		return nil
	}
	scope, err := q.Budgets.MoneyBound(ctx, scopes)
	if err != nil || scope == "" {
		return nil //nolint:nilerr // Reserve meets the same store, and knows what is to be done when it fails
	}
	return diag.Errorf("%s has a budget in dollars, and the price of %s is not known", scope, model).
		WithHint("write the price under prices: in llmops.yaml")
}

// used is what the call took, counted here where the provider did not say.
func (q *Quota) used(res *Result) budget.Use {
	resp := res.Response
	if resp == nil || resp.Cached || resp.Static || resp.Attempts == 0 && len(resp.Parts) == 0 {
		return budget.Use{}
	}
	usage := res.Usage()
	embedded := res.Request.MaxTokens < 0 && resp.FinishReason != ""
	if usage == nil && (embedded || len(resp.Parts) > 0) {
		usage = q.Count.usage(res)
	}
	if usage == nil {
		return budget.Use{Requests: 1} // asked, and refused
	}
	u, _ := q.use(answeredBy(res), usage)
	if res.Cost != nil {
		u.Money = *res.Cost
	}
	return u
}

// claim is what a call takes of its tenant and project. It belongs to the call's goroutine.
type claim struct {
	scopes []budget.Scope
	model  string
	most   budget.Use
	taken  bool
	held   *budget.Reservation
}

type claimKey struct{}

// Attempt takes what one try may use from the budgets of a provider and its key, and at a call's first try what the
// call may use from its own. The end must be told what came.
func (q *Quota) Attempt(ctx context.Context, scopes []budget.Scope, ref string, req *llm.Request, now time.Time) (end func(*llm.Response), err error) {
	asked := *req
	asked.Model = ref
	c, _ := ctx.Value(claimKey{}).(*claim)
	most, priced := q.attempted(c, &asked)
	if err := q.enforceable(ctx, scopes, ref, priced); err != nil {
		return nil, err
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
			res.Cost = q.Price(ref, whole.Usage)
		}
		held.Settle(q.used(&res))
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
	if c == nil || c.taken {
		held, err := q.Budgets.Reserve(ctx, scopes, most)
		return held, Refusal(err, now)
	}
	all := most // a candidate may cost more than the model that was asked for, or have no price
	all.Tokens, all.Money = max(all.Tokens, c.most.Tokens), max(all.Money, c.most.Money)
	held, err := q.Budgets.Reserve(ctx, slices.Concat(c.scopes, scopes), all)
	var limit *budget.LimitError
	if errors.As(err, &limit) && slices.Contains(c.scopes, limit.Scope) {
		return nil, gateway.Stop(Refusal(err, now)) // no other model has room for it
	}
	if err != nil {
		return nil, Refusal(err, now)
	}
	c.taken = true
	c.held, held = held.Split(c.scopes)
	return held, nil
}

// Refusal turns a limit that is reached into the error of a call: of a day's or month's budget one that ends a run, of
// a rate one that passes. Other errors pass unchanged.
func Refusal(err error, now time.Time) error {
	var limit *budget.LimitError
	if !errors.As(err, &limit) {
		return err
	}
	e := &llm.Error{Kind: llm.KindRateLimit, Err: limit, Advice: "`llmops quota status` shows what is used, `llmops quota set` sets another limit"}
	if limit.TooLarge() || limit.Budget() {
		e.Kind = llm.KindQuota
	}
	if !limit.Frees.IsZero() {
		e.RetryAfter = limit.Frees.Sub(now)
	}
	return e
}

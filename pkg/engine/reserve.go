package engine

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/diag"
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
			var err error
			if !priced {
				err = q.enforceable(ctx, scopes, req.Model)
			}
			if err != nil {
				return err
			}
			c := &claim{scopes: scopes, model: req.Model, most: most}
			if !q.Joint {
				if c.held, err = q.Budgets.Reserve(ctx, scopes, most); err != nil {
					return Refusal(err, cfg.Now())
				}
				c.taken, c.room = true, most
			}
			use := most // a stage that panics refunds nothing: it may have been charged
			defer func() { c.held.Settle(use) }()
			err = next(context.WithValue(ctx, claimKey{}, c), call)
			use = c.rest(q.used(&call.Result))
			return err
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
func (q *Quota) enforceable(ctx context.Context, scopes []budget.Scope, model string) error {
	scope, err := q.Budgets.MoneyBound(ctx, scopes)
	if err != nil || scope == "" {
		return nil //nolint:nilerr // Reserve meets the same store, and knows what is to be done when it fails
	}
	return diag.Errorf("%s has a budget in dollars, and the price of %s is not known", scope, model).
		WithHint("write the price under prices: in llmops.yaml")
}

// used is what the call took, answers that were thrown away included.
func (q *Quota) used(res *Result) budget.Use {
	use := q.answered(res)
	for i := range res.Lost {
		l := &res.Lost[i]
		part := l.result(res.Request)
		part.Counted, part.Own = l.Usage, l.Cost
		use = plus(use, q.answered(part))
		use.Requests = 1
	}
	return use
}

// answered is what the answer took, counted here where the provider did not say.
func (q *Quota) answered(res *Result) budget.Use {
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
	if res.Own != nil {
		u.Money = *res.Own
	}
	return u
}

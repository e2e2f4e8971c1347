package engine

import (
	"context"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Routing chooses the model of calls that ask for route.Auto.
type Routing struct {
	Rules route.Rules

	// Count counts the input tokens of a request as its model does; nil: conditions on them do not hold.
	Count func(req *llm.Request) int
	// Price gives the cost of a usage of a model, nil when it is not known. A nil Price knows none.
	Price func(modelRef string, u *llm.Usage) *llm.Money
}

// typicalOutput is the length of the answer, in tokens, that a price cap reckons with where the request sets none.
const typicalOutput = 500

// choose puts a model in the place of route.Auto, with the parameters of its alias.
func choose(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			if req := call.Result.Request; req.Model == route.Auto {
				d, ok := cfg.Routing.rules().Decide(features(cfg, call))
				if !ok {
					return unrouted(cfg.Routing.rules())
				}
				req.Model = d.Model
				applyAlias(cfg.Aliases, req)
				call.Result.Route, call.Result.RouteReason = d.Rule, d.Reason
			}
			return next(ctx, call)
		}
	}
}

func (r *Routing) rules() route.Rules {
	if r == nil {
		return nil
	}
	return r.Rules
}

func unrouted(rules route.Rules) error {
	if len(rules) == 0 {
		return diag.Errorf("the model is %s, and there is no rule that chooses one", route.Auto).
			WithHint("write rules under route: in llmops.yaml, or name a model: --model provider/model")
	}
	return diag.Errorf("the model is %s, and none of the %d rules under route: holds for this request", route.Auto, len(rules)).
		WithHint("end the rules with one that has no conditions: - {model: provider/model}; `llmops route explain` shows each")
}

// features are what the rules see of a composed call.
func features(cfg Config, call *Call) route.Features {
	f := route.Features{Task: call.Task, Tenant: call.Tenant, Tags: call.Tags}
	if v := call.Result.Prompt; v != nil {
		f.Prompt = v.Name
		if f.Task == "" {
			f.Task, _ = v.Metadata["task"].(string)
		}
	}
	req := call.Result.Request
	f.Complexity = func() (route.Level, float64) { return route.Classify(Question(req)) }
	r := cfg.Routing
	if r == nil || r.Count == nil {
		return f
	}
	on := func(model string) *llm.Request {
		try := *req
		try.Model = model
		applyAlias(cfg.Aliases, &try)
		return &try
	}
	f.Tokens = func(model string) int { return r.Count(on(model)) }
	if r.Price != nil {
		f.Cost = func(model string) *llm.Money { return r.expected(on(model)) }
	}
	return f
}

// expected is what the request costs when its answer is as long as it may be, or typical where nothing bounds it.
func (r *Routing) expected(req *llm.Request) *llm.Money {
	u := llm.Usage{UncachedInput: int64(r.Count(req)), Output: typicalOutput}
	if req.MaxTokens > 0 {
		u.Output = int64(req.MaxTokens)
	}
	return r.Price(req.Model, &u)
}

// Question is the text of the last user message of a request: what Classify sorts. A nil request has none.
func Question(req *llm.Request) string {
	if req == nil {
		return ""
	}
	for _, m := range slices.Backward(req.Messages) {
		if m.Role != llm.RoleUser || onlyResults(m) {
			continue
		}
		text := ""
		for _, p := range m.Parts {
			text += p.Text
		}
		return text
	}
	return ""
}

// Route tells which rule a call would take, and what became of the ones before it. Nothing is sent. For a call that
// names its model the list is empty.
func (e *Engine) Route(ctx context.Context, call Call) ([]route.Step, *Result, error) {
	call.Result = Result{}
	var steps []route.Step
	err := chain(compose(e.cfg), explain(e.cfg, &steps))(ctx, &call)
	return steps, &call.Result, err
}

func explain(cfg Config, steps *[]route.Step) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			if call.Result.Request.Model == route.Auto {
				*steps = slices.Collect(cfg.Routing.rules().Explain(features(cfg, call)))
			}
			return choose(cfg)(next)(ctx, call)
		}
	}
}

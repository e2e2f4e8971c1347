package engine

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// send hands the request to the gateway and prices what comes back.
func send(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			call.Result.Request.Asked = call.Result.Request.Hash()
			resp, err := cfg.Gateway.Generate(ctx, call.Result.Request)
			call.Result.Response = resp
			count(cfg, &call.Result, err)
			charge(cfg, &call.Result)
			lose(cfg, &call.Result)
			if err != nil {
				return err
			}
			return next(ctx, call)
		}
	}
}

// charge prices the answer: by the model that gave it, and one from the cache at nothing.
func charge(cfg Config, res *Result) {
	resp := res.Response
	if resp == nil {
		return
	}
	var price *llm.Money
	if usage := res.Usage(); usage != nil && cfg.Price != nil {
		price = cfg.Price(answeredBy(res), usage)
	}
	if resp.Static {
		res.Own = new(llm.Money)
		return
	}
	if resp.Cached {
		res.Own, res.Saved = new(llm.Money), price
		return
	}
	res.Own = price
}

// answeredBy is the reference of the model that answered.
func answeredBy(res *Result) string {
	if res.Response.Ref != "" {
		return res.Response.Ref
	}
	return res.Request.Model
}

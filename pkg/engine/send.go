package engine

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// send hands the request to the gateway and prices what comes back.
func send(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			resp, err := cfg.Gateway.Generate(ctx, call.Result.Request)
			call.Result.Response = resp
			charge(cfg, &call.Result)
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
	if resp.Usage != nil && cfg.Price != nil {
		ref := resp.Ref
		if ref == "" {
			ref = res.Request.Model
		}
		price = cfg.Price(ref, resp.Usage)
	}
	if resp.Static {
		res.Cost = new(llm.Money)
		return
	}
	if resp.Cached {
		res.Cost, res.Saved = new(llm.Money), price
		return
	}
	res.Cost = price
}

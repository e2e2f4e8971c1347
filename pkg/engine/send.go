package engine

import "context"

// send hands the request to the gateway and prices what comes back.
func send(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			resp, err := cfg.Gateway.Generate(ctx, call.Result.Request)
			call.Result.Response = resp
			if resp != nil && resp.Usage != nil && cfg.Price != nil {
				call.Result.Cost = cfg.Price(call.Result.Request.Model, resp.Usage)
			}
			if err != nil {
				return err
			}
			return next(ctx, call)
		}
	}
}

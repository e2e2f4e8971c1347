package engine

import "context"

// ready asks whether the model can be called.
func ready(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			if cfg.Ready != nil {
				if err := cfg.Ready(call.Result.Request.Model); err != nil {
					return err
				}
			}
			return next(ctx, call)
		}
	}
}

package gateway

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// limited keeps each attempt within the limits of its provider and key.
func (g *Gateway) limited(ref string) llm.Middleware {
	return func(next llm.Model) llm.Model {
		if g.cfg.Limit == nil {
			return next
		}
		return llm.ModelFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
			end, err := g.cfg.Limit(ctx, ref, req)
			if err != nil {
				return nil, err
			}
			resp, err := next.Generate(ctx, req)
			end(resp)
			return resp, err
		})
	}
}

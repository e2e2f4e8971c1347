package gateway

import (
	"context"
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Stop makes the error of a Config.Limit one that concerns the call and not the model: it is not tried again or
// elsewhere, and no provider is blamed. Generate fails with err itself.
func Stop(err error) error { return &stopped{err} }

// stopped has no Unwrap: whoever decides between here and there is not to look into it.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

func isStopped(err error) bool {
	var s *stopped
	return errors.As(err, &s)
}

// unstopped is what the caller sees of a call that was stopped: the reason itself, and of answers only those that
// were thrown away before.
func unstopped(resp *llm.Response, err error) (*llm.Response, error) {
	var s *stopped
	if errors.As(err, &s) {
		return &llm.Response{Lost: resp.Lost}, s.err
	}
	return resp, err
}

// limited keeps each attempt within the limits of its provider and key.
func (g *Gateway) limited(ref string) llm.Middleware {
	return func(next llm.Model) llm.Model {
		if g.cfg.Limit == nil {
			return next
		}
		return llm.ModelFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
			began := g.cfg.Retry.Now()
			end, err := g.cfg.Limit(ctx, ref, req)
			b := budgetOf(ctx, g.cfg.Retry)
			b.start = b.start.Add(g.cfg.Retry.Now().Sub(began)) // waiting for room takes nothing from the time for tries
			b.held = err != nil
			if err != nil {
				return nil, err
			}
			var resp *llm.Response
			defer func() { end(resp) }() // of a panic too: else the try would be under way for ever
			resp, err = next.Generate(ctx, req)
			return resp, err
		})
	}
}

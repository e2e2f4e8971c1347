package gateway

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Do calls f, and again while its error is an *llm.Error worth another try, as Middleware does for calls
// to a model: with the same waits, and under the same bounds.
func (r Retry) Do(ctx context.Context, f func(ctx context.Context) error) error {
	call := llm.ModelFunc(func(ctx context.Context, _ *llm.Request) (*llm.Response, error) { return nil, f(ctx) })
	_, err := r.Middleware()(call).Generate(ctx, &llm.Request{})
	return err
}

package provider

import (
	"context"
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// bound is a provider's client with the model of its reference and the options of its entry.
type bound struct {
	llm.Model
	name    string
	options map[string]any
}

// Generate implements llm.Model.
func (b *bound) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	return b.Model.Generate(ctx, b.bind(req))
}

// Count asks the provider how many input tokens req has; errors.ErrUnsupported when it has no way to tell.
func (b *bound) Count(ctx context.Context, req *llm.Request) (int, error) {
	c, ok := b.Model.(interface {
		Count(ctx context.Context, req *llm.Request) (int, error)
	})
	if !ok {
		return 0, errors.ErrUnsupported
	}
	return c.Count(ctx, b.bind(req))
}

// bind gives a copy of the request for this model. The request's options win over the entry's.
func (b *bound) bind(req *llm.Request) *llm.Request {
	out := req.Clone()
	out.Model = b.name
	out.Options = llm.MergeOptions(b.options, req.Options)
	return out
}

package cli

import (
	"context"
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// countModel asks a provider how many input tokens a request has.
type countModel func(ctx context.Context, req *llm.Request) (int, error)

// countingModel opens the model's counting endpoint. It is nil for a model whose counts are exact as it is.
func (e *env) countingModel(ctx context.Context, ref string, c *tokens.Counter) (countModel, error) {
	if ref == "" {
		return nil, diag.Errorf("--exact asks a provider, and no model is named").WithHint("for example -m anthropic/claude-sonnet-4-5")
	}
	if !c.Estimated() {
		e.info("counts for %s are exact without asking", ref)
		return nil, nil
	}
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	m, err := provider.Open(ref, e.providerSettings(ctx, cfg, provider.Timeouts{}))
	if err != nil {
		return nil, err
	}
	counts, ok := m.(interface {
		Count(ctx context.Context, req *llm.Request) (int, error)
	})
	if !ok {
		return nil, noCounting(ref)
	}
	return func(ctx context.Context, req *llm.Request) (int, error) {
		n, err := counts.Count(ctx, req)
		if errors.Is(err, errors.ErrUnsupported) {
			err = noCounting(ref)
		}
		return n, err
	}, nil
}

func noCounting(ref string) error {
	return diag.Errorf("the provider of %s has no way to count tokens", ref).
		WithHint("anthropic and gemini have; without --exact the count is an estimate with a band")
}

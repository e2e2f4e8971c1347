package provider_test

import (
	"context"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/providertest"
)

// The clients do over the wire, opened as the program opens them, what they do without it.
func TestConformanceOverTheWire(t *testing.T) {
	for dialect, kind := range map[providertest.Dialect]provider.Kind{
		providertest.OpenAI: provider.OpenAI, providertest.Anthropic: provider.Anthropic, providertest.Gemini: provider.Gemini,
	} {
		t.Run(string(kind), func(t *testing.T) {
			providertest.Conformance(t, dialect, func(at providertest.Target) llm.Model {
				return named{kind, at}
			})
		})
	}
}

// named opens the model that each request names.
type named struct {
	kind provider.Kind
	at   providertest.Target
}

func (n named) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	m, err := provider.Open("peer/"+req.Model, provider.Settings{
		Transport: n.at.HTTP.Transport,
		Providers: map[string]provider.Entry{"peer": {Kind: n.kind, BaseURL: n.at.BaseURL, Key: n.at.Key}},
	})
	if err != nil {
		return nil, err
	}
	return m.Generate(ctx, req)
}

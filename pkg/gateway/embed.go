package gateway

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Embed asks the provider that the request's Model names for embeddings, with the retries of Generate.
func (g *Gateway) Embed(ctx context.Context, req *llm.EmbedRequest) (*llm.Embedding, error) {
	e, err := g.embedder(req.Model)
	if err != nil {
		return nil, err
	}
	var out *llm.Embedding
	once := llm.ModelFunc(func(ctx context.Context, _ *llm.Request) (*llm.Response, error) {
		var err error
		out, err = e.Embed(ctx, req)
		return nil, err
	})
	resp, err := llm.Wrap(once, g.cfg.Retry.Middleware()).Generate(ctx, &llm.Request{Model: req.Model})
	if err != nil {
		return nil, err
	}
	out.Attempts = resp.Attempts
	return out, nil
}

// Embeds tells what stands in the way of embeddings by a model, without asking for any: an unknown
// provider, a missing key, a provider that has none.
func (g *Gateway) Embeds(ref string) error {
	_, err := g.embedder(ref)
	return err
}

func (g *Gateway) embedder(ref string) (llm.Embedder, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e, ok := g.embedders[ref]; ok {
		return e, nil
	}
	m, err := g.cfg.Open(ref)
	if err != nil {
		return nil, err
	}
	if limited, ok := m.(interface{ Embeds() error }); ok {
		if err := limited.Embeds(); err != nil {
			return nil, err
		}
	}
	e, ok := m.(llm.Embedder)
	if !ok {
		return nil, diag.Errorf("%s has no embeddings", ref).
			WithHint("name a model that has: openai/text-embedding-3-small, gemini/gemini-embedding-001 or ollama/nomic-embed-text")
	}
	if g.embedders == nil {
		g.embedders = map[string]llm.Embedder{}
	}
	g.embedders[ref] = e
	return e, nil
}

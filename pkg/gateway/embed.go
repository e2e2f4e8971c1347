package gateway

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Embed asks the provider that the request's Model names for embeddings, with the retries and limits of Generate. What
// comes with an error tells the attempts.
func (g *Gateway) Embed(ctx context.Context, req *llm.EmbedRequest) (*llm.Embedding, error) {
	e, err := g.embedder(req.Model)
	if err != nil {
		return nil, err
	}
	var out *llm.Embedding
	once := llm.ModelFunc(func(ctx context.Context, _ *llm.Request) (*llm.Response, error) {
		var err error
		if out, err = e.Embed(ctx, req); err != nil {
			return &llm.Response{}, err
		}
		return &llm.Response{Model: out.Model, Usage: out.Usage, FinishReason: llm.FinishStop}, nil
	})
	resp, err := unstopped(llm.Wrap(once, g.cfg.Retry.Middleware(), g.limited(req.Model)).Generate(ctx, asRequest(req)))
	if err != nil {
		return &llm.Embedding{Attempts: resp.Attempts}, err
	}
	out.Attempts = resp.Attempts
	return out, nil
}

// asRequest is what limits see of a request for embeddings: its texts, and that there is no answer.
func asRequest(req *llm.EmbedRequest) *llm.Request {
	r := &llm.Request{Model: req.Model, MaxTokens: -1}
	for _, t := range req.Texts {
		r.Messages = append(r.Messages, llm.Text(llm.RoleUser, t))
	}
	return r
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

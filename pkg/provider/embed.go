package provider

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Embed implements llm.Embedder where the client does; for others it fails with a *diag.Error.
func (b *bound) Embed(ctx context.Context, req *llm.EmbedRequest) (*llm.Embedding, error) {
	if err := b.Embeds(); err != nil {
		return nil, err
	}
	out := *req
	out.Model, out.Options = b.name, llm.MergeOptions(b.options, req.Options)
	return b.Model.(llm.Embedder).Embed(ctx, &out)
}

// Embeds tells, as an error, that the provider has no embeddings.
func (b *bound) Embeds() error {
	if _, ok := b.Model.(llm.Embedder); !ok {
		return diag.Errorf("the provider of %s has no embeddings", b.name).
			WithHint("name a model that has: openai/text-embedding-3-small, gemini/gemini-embedding-001 or ollama/nomic-embed-text")
	}
	return nil
}

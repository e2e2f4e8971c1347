package pricing

import "strings"

// Find looks up a reference: "openai/gpt-4o-2024-08-06", "gemini/gemini-2.5-pro", "azure/eu/gpt-5.1",
// "openrouter/anthropic/claude-sonnet-4.5", "bedrock/us.anthropic.claude-opus-4-5-20251101-v1:0", or a
// fine-tune "openai/ft:gpt-4o-2024-08-06:org::id". A name without a provider is looked for among the
// makers of models, OpenAI first. Case does not matter.
//
// The user's own prices come first. A snapshot that is not listed is its model as long as only a date, a
// revision or "-latest" tells them apart. Models that run on one's own machine (ollama/, vllm/, replay/,
// a provider of llmops.yaml) are not in the catalog: their price is unknown, not 0.
func (c *Catalog) Find(ref string) (*Model, bool) {
	m, _ := c.find(ref)
	return m, m != nil
}

// via says how a reference led to a model.
type via string

const (
	byName     via = "name"
	byPattern  via = "pattern"
	byFallback via = "fallback"
	byOverride via = "override"
	byFineTune via = "fine-tune"
)

func (c *Catalog) find(ref string) (*Model, via) {
	if c == nil {
		return nil, ""
	}
	provider, name := split(ref)
	if m := c.override(provider, name); m != nil {
		return m, byOverride
	}
	for i, id := range searched(provider) {
		b, err := c.table.block(id)
		if b == nil || err != nil {
			continue // a broken line of the embedded catalog is what the tests are for
		}
		m, how := b.resolve(name)
		if m != nil && i > 0 && provider != "" {
			how = byFallback
		}
		if m == nil {
			continue
		}
		if own := c.own[id+"/"+name]; own != nil && provider == "" {
			return own, byOverride
		}
		return m, how
	}
	return nil, ""
}

func (c *Catalog) override(provider, name string) *Model {
	if len(c.own) == 0 {
		return nil
	}
	if provider == "" {
		return c.own[name]
	}
	if m := c.own[provider+"/"+name]; m != nil {
		return m
	}
	return c.own[provider+"/*"]
}

func (b *block) resolve(name string) (*Model, via) {
	if base, ok := fineTuned(name); ok {
		m, _ := b.find(base)
		return m, byFineTune
	}
	m, exact := b.find(name)
	if exact {
		return m, byName
	}
	return m, byPattern
}

// fineTuned turns "ft:gpt-4o-2024-08-06:org:suffix:id" into "ft:gpt-4o-2024-08-06". A fine-tune has a
// price of its own, never its base model's.
func fineTuned(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, "ft:")
	if !ok {
		return "", false
	}
	base, _, _ := strings.Cut(rest, ":")
	return "ft:" + base, true
}

// split takes a reference apart: the provider's id in the catalog, "" when there is none, and the name.
func split(ref string) (provider, name string) {
	ref = strings.ToLower(ref)
	provider, name, ok := strings.Cut(ref, "/")
	if !ok {
		return "", ref
	}
	return canonical(provider), name
}

// canonical is the catalog's id of a provider that people and other programs call by several names.
func canonical(provider string) string {
	switch provider {
	case "gemini", "google-gla", "google_ai", "google-ai-studio":
		return "google"
	case "vertex_ai", "vertexai", "google-vertex":
		return "vertex"
	case "bedrock", "amazon", "amazon-bedrock", "aws-bedrock":
		return "aws"
	case "azure_ai", "azure-openai", "azure_openai":
		return "azure"
	case "xai", "grok":
		return "x-ai"
	case "together_ai", "together-ai", "togetherai":
		return "together"
	case "fireworks_ai", "fireworks-ai":
		return "fireworks"
	case "moonshot", "kimi":
		return "moonshotai"
	case "voyage":
		return "voyageai"
	case "mistralai":
		return "mistral"
	case "github_copilot", "copilot":
		return "github-copilot"
	case "dashscope", "qwen", "alibaba":
		return "dashscope"
	}
	return provider
}

// searched lists the blocks that a provider's names are looked up in, its own first: clouds that sell
// other makers' models at the makers' prices fall back on those.
func searched(provider string) []string {
	switch provider {
	case "":
		return []string{"openai", "anthropic", "google", "mistral", "deepseek", "x-ai", "cohere", "moonshotai", "voyageai"}
	case "azure":
		return []string{"azure", "openai", "anthropic", "deepseek", "x-ai", "moonshotai"}
	case "vertex":
		return []string{"vertex", "google"}
	}
	return []string{provider}
}

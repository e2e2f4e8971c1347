package gemini

import "github.com/llmops-toolkit/llmops/pkg/llm"

// usage is Gemini's usageMetadata. The prompt's count has the cached tokens in it; the thoughts and the
// results of Google's own tools are counted beside the candidates and the prompt.
type usage struct {
	Prompt     int64 `json:"promptTokenCount"`
	Cached     int64 `json:"cachedContentTokenCount"`
	Candidates int64 `json:"candidatesTokenCount"`
	Thoughts   int64 `json:"thoughtsTokenCount"`
	ToolUse    int64 `json:"toolUsePromptTokenCount"`
}

// buckets makes the counts disjoint. No prompt has no tokens: a usage that counts none is unknown.
func (u *usage) buckets() *llm.Usage {
	if u.Prompt+u.Candidates+u.Thoughts == 0 {
		return nil
	}
	read := min(u.Cached, u.Prompt)
	return &llm.Usage{
		UncachedInput: u.Prompt - read + u.ToolUse, CacheRead: read,
		Output: u.Candidates + u.Thoughts, Reasoning: u.Thoughts,
	}
}

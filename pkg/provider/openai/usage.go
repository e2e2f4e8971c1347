package openai

import "github.com/llmops-toolkit/llmops/pkg/llm"

// usage is what servers send. The SDK's type cannot tell an absent count from zero.
type usage struct {
	Prompt        int64 `json:"prompt_tokens"`
	Completion    int64 `json:"completion_tokens"`
	Total         int64 `json:"total_tokens"`
	PromptDetails struct {
		Cached     int64 `json:"cached_tokens"`
		CacheWrite int64 `json:"cache_write_tokens"` // OpenRouter
	} `json:"prompt_tokens_details"`
	CompletionDetails struct {
		Reasoning int64 `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

// buckets makes the counts disjoint. No prompt has no tokens: a server that counts none does not count,
// and the usage is unknown. OpenAI counts reasoning within the completion and xAI beside it, which the
// total tells apart.
func (u *usage) buckets() *llm.Usage {
	if u == nil || u.Prompt+u.Completion == 0 {
		return nil
	}
	out := u.Completion
	if r := u.CompletionDetails.Reasoning; r > 0 && u.Total == u.Prompt+u.Completion+r {
		out += r
	}
	read := min(u.PromptDetails.Cached, u.Prompt)
	write := min(u.PromptDetails.CacheWrite, u.Prompt-read)
	return &llm.Usage{
		UncachedInput: u.Prompt - read - write, CacheRead: read, CacheWrite: write,
		Output: out, Reasoning: min(u.CompletionDetails.Reasoning, out),
	}
}

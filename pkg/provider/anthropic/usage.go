package anthropic

import (
	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// counter gathers the usage of an answer: the counts of its start, replaced by those that message_delta
// repeats, which are cumulative.
type counter struct {
	usage llm.Usage
	known bool
	write int64 // cache writes of both durations
}

func (c *counter) start(u sdk.Usage) {
	c.known = u.JSON.InputTokens.Valid()
	c.write = u.CacheCreationInputTokens
	c.usage = llm.Usage{
		UncachedInput: u.InputTokens,
		CacheRead:     u.CacheReadInputTokens,
		CacheWrite1h:  u.CacheCreation.Ephemeral1hInputTokens,
		Output:        u.OutputTokens,
		Reasoning:     u.OutputTokensDetails.ThinkingTokens,
	}
}

func (c *counter) delta(u sdk.MessageDeltaUsage) {
	if u.JSON.OutputTokens.Valid() {
		c.usage.Output = u.OutputTokens
	}
	if u.JSON.OutputTokensDetails.Valid() {
		c.usage.Reasoning = u.OutputTokensDetails.ThinkingTokens
	}
	if u.JSON.InputTokens.Valid() {
		c.known, c.usage.UncachedInput = true, u.InputTokens
	}
	if u.JSON.CacheReadInputTokens.Valid() {
		c.usage.CacheRead = u.CacheReadInputTokens
	}
	if u.JSON.CacheCreationInputTokens.Valid() {
		c.write = u.CacheCreationInputTokens
	}
}

// buckets gives nil when the server has counted nothing: no prompt has no tokens. Anthropic's input_tokens are those outside the
// cache already; the cache writes are the total, of which those for an hour may be named.
func (c *counter) buckets() *llm.Usage {
	u := c.usage
	if !c.known || u.UncachedInput+u.CacheRead+c.write+u.Output == 0 {
		return nil
	}
	u.CacheWrite1h = min(u.CacheWrite1h, c.write)
	u.CacheWrite = c.write - u.CacheWrite1h
	u.Reasoning = min(u.Reasoning, u.Output)
	return &u
}

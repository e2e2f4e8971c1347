package anthropic

import (
	"context"
	"encoding/json"
	"slices"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// countable are the fields of a request that the counting endpoint takes.
func countable() []string {
	return []string{
		"model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control",
		"mcp_servers", "context_management",
	}
}

// Count asks the provider how many input tokens req has.
func (c *Client) Count(ctx context.Context, req *llm.Request) (int, error) {
	n, err := c.count(ctx, req)
	if err != nil {
		_, err = llm.NewCollector(req, c.cfg.Now).Finish(ctx, c.cfg.Name, err)
	}
	return n, err
}

func (c *Client) count(ctx context.Context, req *llm.Request) (int, error) {
	body, err := c.compose(req)
	if err != nil {
		return 0, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return 0, err
	}
	for name := range fields {
		if !slices.Contains(countable(), name) {
			delete(fields, name)
		}
	}
	if body, err = json.Marshal(fields); err != nil {
		return 0, err
	}
	n, err := c.messages.CountTokens(ctx, sdk.MessageCountTokensParams{}, option.WithRequestBody("application/json", body))
	if err != nil {
		return 0, err
	}
	if !n.JSON.InputTokens.Valid() {
		return 0, &llm.Error{Kind: llm.KindMalformed, Message: "the answer has no input_tokens"}
	}
	return int(n.InputTokens), nil
}

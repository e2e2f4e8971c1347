package gemini

import (
	"context"
	"encoding/json"
	"io"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Count asks the provider how many input tokens req has.
func (c *Client) Count(ctx context.Context, req *llm.Request) (int, error) {
	n, err := c.count(ctx, req)
	if err != nil {
		_, err = llm.NewCollector(req, c.cfg.Now).Finish(ctx, c.cfg.Name, err)
	}
	return n, err
}

func (c *Client) count(ctx context.Context, req *llm.Request) (int, error) {
	body, err := compose(req)
	if err != nil {
		return 0, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return 0, err
	}
	fields["model"], _ = json.Marshal(path(req.Model))
	if body, err = json.Marshal(map[string]any{"generateContentRequest": fields}); err != nil {
		return 0, err
	}
	answer, err := c.post(ctx, req.Model, "countTokens", body)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	var counted struct {
		TotalTokens *int `json:"totalTokens"`
	}
	if body, err = io.ReadAll(answer.Body); err != nil {
		return 0, err
	}
	if err := json.Unmarshal(body, &counted); err != nil {
		return 0, err
	}
	if counted.TotalTokens == nil {
		return 0, &llm.Error{Kind: llm.KindMalformed, Message: "the answer has no totalTokens"}
	}
	return *counted.TotalTokens, nil
}

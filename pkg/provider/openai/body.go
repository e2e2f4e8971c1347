package openai

import (
	"context"
	"encoding/json"

	sdk "github.com/sashabaranov/go-openai"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Body is the JSON that Generate sends for a request without OnDelta, for those who send it another way: in
// the file of a batch. The request is not changed.
func (c *Client) Body(req *llm.Request) (json.RawMessage, error) {
	whole := *req
	whole.OnDelta = nil
	body, mends, err := c.compose(&whole)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return mends.apply(text, &whole)
}

// Answer reads a whole answer that came another way than by Generate, as Generate would. Its timing is
// not known. An error is an *llm.Error.
func (c *Client) Answer(req *llm.Request, body []byte) (*llm.Response, error) {
	whole := *req
	whole.OnDelta = nil
	col := llm.NewCollector(&whole, c.cfg.Now)
	var answer sdk.ChatCompletionResponse
	err := json.Unmarshal(body, &answer)
	if err == nil {
		err = read(&answer, body, col, turn{asked: req.LogProbs > 0})
	}
	resp, err := col.Finish(context.Background(), c.cfg.Name, err)
	if resp != nil {
		resp.Timing = llm.Timing{}
	}
	return resp, err
}

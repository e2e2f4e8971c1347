package anthropic

import (
	"context"
	"encoding/json"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Body is the JSON that Generate sends for a request without OnDelta, for those who send it another way: in
// a batch. The request is not changed.
func (c *Client) Body(req *llm.Request) (json.RawMessage, error) { return c.compose(req) }

// Answer reads a whole message that came another way than by Generate, as Generate would. Its timing is
// not known. An error is an *llm.Error.
func (c *Client) Answer(req *llm.Request, body []byte) (*llm.Response, error) {
	silent := *req
	silent.OnDelta = nil
	col := llm.NewCollector(&silent, c.cfg.Now)
	col.API = extraProvider
	var msg sdk.Message
	err := json.Unmarshal(body, &msg)
	if err == nil {
		err = whole(&msg, col)
	}
	resp, err := col.Finish(context.Background(), c.cfg.Name, err)
	if resp != nil {
		resp.Timing = llm.Timing{}
	}
	return resp, err
}

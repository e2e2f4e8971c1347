package engine

import (
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Count counts tokens: of a whole request, and of a text that a model wrote.
type Count struct {
	Request func(req *llm.Request) int
	Text    func(modelRef, text string) int
}

// count counts what an answer that broke off used, since a provider tells that at the end.
func count(cfg Config, res *Result, err error) {
	resp := res.Response
	if cfg.Count == nil || err == nil || resp == nil || resp.Usage != nil || len(resp.Parts) == 0 {
		return
	}
	res.Counted = cfg.Count.usage(res)
}

// usage counts a request and what there is of its answer.
func (c *Count) usage(res *Result) *llm.Usage {
	var text strings.Builder
	for _, p := range res.Response.Parts {
		text.WriteString(p.Text)
		if p.Reasoning != nil {
			text.WriteString(p.Reasoning.Text)
		}
		if p.ToolCall != nil {
			text.WriteString(p.ToolCall.Name + p.ToolCall.Arguments)
		}
	}
	return &llm.Usage{
		UncachedInput: int64(c.Request(res.Request)),
		Output:        int64(c.Text(answeredBy(res), text.String())),
	}
}

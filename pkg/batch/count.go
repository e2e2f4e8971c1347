package batch

import (
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// counter counts requests before they are sent. The zero value is ready, and safe for concurrent use.
type counter struct {
	mu      sync.Mutex
	models  map[string]*tokens.Counter // nil: no tokenizer at all; guarded by mu
	answers int64                      // guarded by mu
	mean    float64                    // tokens of an answer; guarded by mu
}

// of gives a model's tokenizer, or a common one for a model that is not known.
func (c *counter) of(model string) *tokens.Counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.models[model]; ok {
		return t
	}
	t, err := tokens.For(model)
	if err != nil {
		t, err = tokens.Encoding(tokens.EncodingO200k)
	}
	if err != nil {
		t = nil
	}
	if c.models == nil {
		c.models = map[string]*tokens.Counter{}
	}
	c.models[model] = t
	return t
}

// input is the most that the input may have in tokens.
func (c *counter) input(req *llm.Request) int64 {
	if t := c.of(req.Model); t != nil {
		return int64(t.CountRequest(req).High)
	}
	return size(req) / 3
}

// firstAnswer is how long an answer without a limit is taken to be until there is one to go by.
const firstAnswer = 512

// output is the limit of the answer; where there is none, twice the length of the answers so far.
func (c *counter) output(req *llm.Request) int64 {
	if req.MaxTokens > 0 {
		return int64(req.MaxTokens)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answers == 0 {
		return firstAnswer
	}
	return int64(2*c.mean) + 1
}

func (c *counter) saw(output int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers++
	c.mean += (float64(output) - c.mean) / float64(min(c.answers, 1000))
}

// size is the length of a request's texts in bytes, with room for what frames them and for pictures.
func size(req *llm.Request) int64 {
	n := 64
	for _, m := range req.Messages {
		n += 16
		for _, p := range m.Parts {
			n += len(p.Text)
			switch {
			case p.Media != nil:
				n += 1 << 20
			case p.ToolCall != nil:
				n += len(p.ToolCall.Arguments) + 64
			case p.ToolResult != nil:
				n += len(p.ToolResult.Content) + 64
			}
		}
	}
	for _, t := range req.Tools {
		n += len(t.Description) + 2*len(t.Parameters) + 64
	}
	if req.Format != nil {
		n += 2 * len(req.Format.Schema)
	}
	return int64(n)
}

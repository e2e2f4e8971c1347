package batch

import (
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// counter counts requests before they are sent. The zero value is ready, and safe for concurrent use.
type counter struct {
	mu      sync.Mutex
	models  map[string]*tokens.Counter // guarded by mu
	answers int64                      // guarded by mu
	mean    float64                    // tokens of an answer; guarded by mu
}

// of gives a model's tokenizer, or a common one for a model that is not known.
func (c *counter) of(model string) (*tokens.Counter, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.models[model]; ok {
		return t, nil
	}
	t, err := tokens.For(model)
	if err != nil {
		t, err = tokens.Encoding(tokens.EncodingO200k)
	}
	if err != nil {
		return nil, err
	}
	if c.models == nil {
		c.models = map[string]*tokens.Counter{}
	}
	c.models[model] = t
	return t, nil
}

// input is the most that the input may have in tokens.
func (c *counter) input(req *llm.Request) (int64, error) {
	t, err := c.of(req.Model)
	if err != nil {
		return 0, err
	}
	return int64(t.CountRequest(req).High), nil
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

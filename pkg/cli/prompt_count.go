package cli

import (
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// promptCount is what a rendered prompt takes of a model's input, and costs.
type promptCount struct {
	Model     string     `json:"model,omitempty"` // "" when none is named
	Tokens    int        `json:"tokens"`
	Band      *[2]int    `json:"tokens_band,omitempty"` // of an estimate
	Estimated bool       `json:"estimated"`
	Encoding  string     `json:"encoding"`
	Input     *llm.Money `json:"input_cost_usd"`              // null when unpriced
	MaxOutput int        `json:"max_output_tokens,omitempty"` // 0 when the prompt sets no limit
	Most      *llm.Money `json:"max_cost_usd"`                // with as much output as may come; null when unpriced or unlimited
	Notes     []string   `json:"notes,omitempty"`
}

// countPrompt counts and prices messages of a version. model wins over the version's own, which wins
// over the configuration's.
func (e *env) countPrompt(v *prompt.Version, model string, messages []llm.Message) (promptCount, error) {
	cfg, err := e.config()
	if err != nil {
		return promptCount{}, err
	}
	req := llm.Request{Model: model, Messages: messages}
	v.Apply(&req)
	if req.Model == "" {
		req.Model = cfg.Model
	}
	if req.Model, err = e.modelRef(req.Model); err != nil {
		return promptCount{}, err
	}
	counter, known, err := e.promptCounter(req.Model)
	if err != nil {
		return promptCount{}, err
	}
	n := counter.CountRequest(&req)
	c := promptCount{
		Model: req.Model, Tokens: n.Tokens, Estimated: n.Estimated || !known, Encoding: n.Encoding, MaxOutput: req.MaxTokens, Notes: n.Notes,
	}
	if n.Estimated {
		c.Band = &[2]int{n.Low, n.High}
	}
	if !known && req.Model != "" {
		c.Notes = append(c.Notes, "the tokenizer of "+req.Model+" is not known")
	}
	catalog, err := e.catalog()
	if err != nil {
		return c, err
	}
	usage := llm.Usage{UncachedInput: int64(c.Tokens)}
	c.Input = catalog().Cost(req.Model, &usage, pricing.Options{})
	if usage.Output = int64(c.MaxOutput); usage.Output > 0 {
		c.Most = catalog().Cost(req.Model, &usage, pricing.Options{})
	}
	return c, nil
}

// promptCounter is the counter of a model, else that of OpenAI's current models.
func (e *env) promptCounter(model string) (c *tokens.Counter, known bool, err error) {
	if c, err = tokens.For(model); model != "" && err == nil {
		return c, true, nil
	}
	c, err = tokens.Encoding(tokens.EncodingO200k)
	return c, false, err
}

// words writes "1,234 tokens for openai/gpt-4o · input $0.0031".
func (c *promptCount) words() string {
	about := ""
	if c.Estimated {
		about = "about "
	}
	s := about + plural(c.Tokens, "token")
	if c.Band != nil {
		s += fmt.Sprintf(" (%s to %s)", grouped(c.Band[0]), grouped(c.Band[1]))
	}
	switch {
	case c.Model == "":
		return s + " in " + c.Encoding + ", unpriced: no model is named"
	case c.Input == nil:
		return s + " for " + c.Model + ", unpriced"
	}
	return s + " for " + c.Model + ", input " + c.Input.String()
}

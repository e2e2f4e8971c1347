package engine

import "github.com/llmops-toolkit/llmops/pkg/llm"

// Shortened is a Result's Cut as it is written into JSON.
type Shortened struct {
	Strategy   Strategy   `json:"strategy"`
	Messages   int        `json:"messages"`
	Tokens     int        `json:"tokens"`                // by which the request became shorter
	SummaryUSD *llm.Money `json:"summary_usd,omitempty"` // what the summary cost, beside cost_usd
}

// Shortened tells what was left out to fit the model's context window; nil when nothing was.
func (r *Result) Shortened() *Shortened {
	c := r.Cut
	if c == nil {
		return nil
	}
	return &Shortened{c.Strategy, c.Messages, c.Tokens - c.Left, r.Extra}
}

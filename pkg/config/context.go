package config

import "slices"

// Context says what becomes of a request that is too long for its model.
type Context struct {
	Strategy      string `yaml:"strategy"` // error, truncate_oldest or summarize
	ReserveOutput int    `yaml:"reserve_output"`
	SummaryModel  string `yaml:"summary_model"`
}

func (c *Config) checkContext(at places) error {
	if !slices.Contains([]string{"error", "truncate_oldest", "summarize"}, c.Context.Strategy) {
		return at("context", "strategy")("context.strategy is %q", c.Context.Strategy).WithHint("error, truncate_oldest or summarize")
	}
	if c.Context.ReserveOutput < 1 {
		return at("context", "reserve_output")("context.reserve_output is %d", c.Context.ReserveOutput).WithHint("tokens, from 1")
	}
	return nil
}

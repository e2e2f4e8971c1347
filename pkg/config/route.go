package config

import (
	"fmt"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// RouteRule is an entry under route: the model for requests that it fits. They are tried in their order.
type RouteRule struct {
	Name    string    `yaml:"name"`
	When    RouteWhen `yaml:"when"`
	Model   string    `yaml:"model"`    // reference or alias
	MaxCost string    `yaml:"max_cost"` // in dollars; "" means whatever it costs
}

// RouteWhen is a set of conditions that all have to hold; a zero one asks for nothing.
type RouteWhen struct {
	Task       string   `yaml:"task"`
	Tenant     string   `yaml:"tenant"`
	Prompt     string   `yaml:"prompt"`
	Tags       []string `yaml:"tags"`     // any of these
	AllTags    []string `yaml:"all_tags"` // every one of these
	MinTokens  int      `yaml:"min_tokens,omitempty"`
	MaxTokens  int      `yaml:"max_tokens,omitempty"`
	Complexity string   `yaml:"complexity"` // simple, medium or complex
}

// auto is the model that stands for the choice by rules.
const auto = "auto"

// checkRoute refuses rules that cannot hold or lead nowhere.
func (c *Config) checkRoute(at places) error {
	if _, ok := c.Models[auto]; ok {
		return at("models", auto)("auto cannot be an alias: it stands for the model that the rules under route: choose").
			WithHint("give the alias another name")
	}
	if c.Context.SummaryModel == auto {
		return at("context", "summary_model")("context.summary_model is auto, and summaries are not routed").WithHint("name a model, or leave it empty")
	}
	for i, r := range c.Route {
		w := r.When
		switch {
		case r.Model == "":
			return at("route", i)("a rule has no model").WithHint("{when: {task: summarize}, model: openai/gpt-4o-mini-2024-07-18}")
		case r.Model == auto || c.Models[r.Model].Model == auto:
			return at("route", i, "model")("a rule leads back to the rules: %s", c.circle(r.Model)).WithHint("name a model")
		case r.Name != "" && slices.ContainsFunc(c.Route[:i], func(o RouteRule) bool { return o.Name == r.Name }):
			return at("route", i, "name")("two rules are called %q", r.Name).WithHint("the ledger tells rules by their names")
		case w.MinTokens < 0:
			return at("route", i, "when", "min_tokens")("min_tokens is %d", w.MinTokens).WithHint("tokens of input, from 1")
		case w.MaxTokens < 0:
			return at("route", i, "when", "max_tokens")("max_tokens is %d", w.MaxTokens).WithHint("tokens of input, from 1")
		case w.MaxTokens > 0 && w.MinTokens > w.MaxTokens:
			return at("route", i, "when", "min_tokens")("min_tokens %d is above max_tokens %d, so the rule never holds", w.MinTokens, w.MaxTokens).
				WithHint("min_tokens is the fewest tokens of input, max_tokens the most")
		case !slices.Contains([]string{"", "simple", "medium", "complex"}, w.Complexity):
			return at("route", i, "when", "complexity")("complexity is %q", w.Complexity).WithHint("simple, medium or complex")
		}
		if cost, err := r.Cap(); err != nil || cost != nil && *cost <= 0 {
			return at("route", i, "max_cost")("max_cost is %q", r.MaxCost).WithHint("dollars for one call, above zero, such as 0.02")
		}
	}
	return nil
}

func (c *Config) circle(model string) string {
	if model == auto {
		return "auto → auto"
	}
	return "auto → " + model + " → auto"
}

// Cap is MaxCost as an amount, nil for none.
func (r RouteRule) Cap() (*llm.Money, error) {
	if r.MaxCost == "" {
		return nil, nil
	}
	m, err := llm.ParseMoney(r.MaxCost)
	return &m, err
}

// RoutePath is where the model of a rule stands, as Origin takes it.
func RoutePath(i int) string { return fmt.Sprintf("route[%d].model", i) }

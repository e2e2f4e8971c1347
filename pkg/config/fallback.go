package config

import (
	"fmt"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Chains say, by model, what answers when it does not.
type Chains map[string][]Link

// Link is a model of a chain, or with Static a text: "anthropic/claude-…" or {static: "…"} in the file.
type Link struct {
	Ref    string
	Static string
}

// UnmarshalYAML reads a scalar or a mapping with the one key static.
func (l *Link) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.Value != "" {
		l.Ref = n.Value
		return nil
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "static" &&
		n.Content[1].Kind == yaml.ScalarNode && n.Content[1].Value != "" {
		l.Static = n.Content[1].Value
		return nil
	}
	return diag.At("", n.Line, n.Column, "a fallback is a model reference, or static: and a text").
		WithHint(`for example [anthropic/claude-haiku-4-5-20251001, static: "Please try again later."]`)
}

// MarshalYAML writes what UnmarshalYAML reads.
func (l Link) MarshalYAML() (any, error) {
	if l.Static != "" {
		return map[string]string{"static": l.Static}, nil
	}
	return l.Ref, nil
}

// Deployment is one of several that serve a model: the reference of a model at an entry of providers.
type Deployment struct {
	Model  string   `yaml:"model"`
	Weight *float64 `yaml:"weight"` // nil means 1
}

// Breaker says when a provider that fails is left alone, where there is an alternative.
type Breaker struct {
	Failures int           `yaml:"failures"` // calls in a row; 0 means never
	Cooldown time.Duration `yaml:"cooldown"`
}

// Ref is the reference that the entry stands for, of several deployments the first one's; "" means the entry's own
// name.
func (m Model) Ref() string {
	if len(m.Deployments) > 0 {
		return m.Deployments[0].Model
	}
	return m.Model
}

// balances are the values of balance.
var balances = []string{"", "weighted", "least_busy", "lowest_latency"}

// maxWeight is more than any share needs, and little enough for their sum.
const maxWeight = 1e9

func (c *Config) checkModels(at places) error {
	for name, m := range c.Models {
		switch {
		case !slices.Contains(balances, m.Balance):
			return at("models", name, "balance")("balance of %s is %q", name, m.Balance).
				WithHint("weighted, least_busy or lowest_latency")
		case len(m.Deployments) == 0 && m.Deployments != nil:
			return at("models", name, "deployments")("model %s has an empty list of deployments", name).
				WithHint("deployments: [{model: azure-east/gpt-4o-2024-08-06, weight: 3}]")
		case len(m.Deployments) == 0 && m.Balance != "":
			return at("models", name, "balance")("model %s has a balance and no deployments", name)
		case len(m.Deployments) > 0 && m.Model != "":
			return at("models", name, "model")("model %s has a model and deployments", name).WithHint("keep one of the two")
		}
		for i, d := range m.Deployments {
			if d.Model == "" || d.Weight != nil && !(*d.Weight > 0 && *d.Weight <= maxWeight) {
				return at("models", name, "deployments", i)("a deployment of %s needs a model, and a weight above zero", name).
					WithHint("{model: azure-east/gpt-4o-2024-08-06, weight: 3}; leave out one that is to get no calls")
			}
			if slices.ContainsFunc(m.Deployments[:i], func(o Deployment) bool { return o.Model == d.Model }) {
				return at("models", name, "deployments", i)("%s is twice among the deployments of %s", d.Model, name).
					WithHint("a second key needs an entry of its own under providers")
			}
		}
	}
	return nil
}

func (c *Config) checkBreaker(at places) error {
	if c.Breaker.Failures < 0 {
		return at("breaker", "failures")("breaker.failures is %d", c.Breaker.Failures).WithHint("calls in a row, from 1; 0 means that no provider is ever left alone")
	}
	if c.Breaker.Cooldown <= 0 {
		return at("breaker", "cooldown")("breaker.cooldown must be more than zero")
	}
	if c.Retry.TotalAttempts != 0 && c.Retry.TotalAttempts < c.Retry.Attempts {
		return at("retry", "total_attempts")("retry.total_attempts is %d, less than the %d of retry.attempts", c.Retry.TotalAttempts, c.Retry.Attempts).
			WithHint("it bounds the tries over all models of a chain")
	}
	return nil
}

// EachChain goes through the chains of all classes, each with its key in the file.
func (c *Config) EachChain(visit func(key string, chains Chains) error) error {
	for _, class := range []struct {
		key    string
		chains Chains
	}{
		{"fallbacks", c.Fallbacks},
		{"context_window_fallbacks", c.ContextWindowFallbacks},
		{"content_filter_fallbacks", c.ContentFilterFallbacks},
	} {
		if err := visit(class.key, class.chains); err != nil {
			return err
		}
	}
	return nil
}

// ChainPath is where a link of a chain stands, as Origin takes it.
func ChainPath(key, model string, i int) string { return fmt.Sprintf("%s.%s[%d]", key, model, i) }

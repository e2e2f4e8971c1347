package config

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Quotas say what tenants, projects, providers and keys may use.
type Quotas struct {
	On      bool          `yaml:"on"`       // without it they hold when limits are written below
	Store   string        `yaml:"store"`    // sqlite or redis
	OnError string        `yaml:"on_error"` // open or closed
	MaxWait time.Duration `yaml:"max_wait"` // how long a call of a batch or an eval waits for room
	Soft    float64       `yaml:"soft"`     // share of a budget from which there is a warning

	Tenants   map[string]Limits `yaml:"tenants"` // "*" is for each that has no entry of its own
	Projects  map[string]Limits `yaml:"projects"`
	Providers map[string]Limits `yaml:"providers"`
	Keys      map[string]Limits `yaml:"keys"` // by the variable that holds the key
}

// Limits are amounts by resource: rpm, tpm, rpd, concurrency, tokens_per_day and _per_month in numbers, usd_per_day and
// _per_month in nano-dollars.
type Limits map[string]int64

// LimitNames lists the resources that Limits may bound.
func LimitNames() []string {
	return []string{"rpm", "tpm", "rpd", "concurrency", "tokens_per_day", "tokens_per_month", "usd_per_day", "usd_per_month"}
}

// ParseLimit reads an amount of a resource: whole numbers, or dollars for those that begin with usd_.
func ParseLimit(resource, text string) (int64, error) {
	if !slices.Contains(LimitNames(), resource) {
		e := diag.Errorf("unknown limit %q", resource)
		if near := diag.DidYouMean(resource, LimitNames()); near != "" {
			return 0, e.WithHint("%s", near)
		}
		return 0, e.WithHint("limits: %s", strings.Join(LimitNames(), ", "))
	}
	if strings.HasPrefix(resource, "usd_") {
		m, err := llm.ParseMoney(text)
		if err != nil {
			return 0, diag.Errorf("%s: %w", resource, err).WithHint("dollars, such as 5 or 0.50")
		}
		return int64(m), nil
	}
	var n any // an int64 would cut the rest off 1.5
	if err := yaml.Unmarshal([]byte(strings.ReplaceAll(text, "_", "")), &n); err == nil {
		switch n := n.(type) {
		case int:
			return int64(n), nil
		case float64: // 1e6
			if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
				return int64(n), nil
			}
		}
	}
	return 0, diag.Errorf("%s: %q is not a whole number, or too large", resource, text).WithHint("for example %s: 100", resource)
}

// UnmarshalYAML reads a mapping of resources and refuses amounts of zero and below.
func (l *Limits) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return diag.At("", n.Line, n.Column, "limits are a mapping").WithHint("for example {rpm: 60, usd_per_day: 5}")
	}
	*l = Limits{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		amount, err := ParseLimit(key.Value, value.Value)
		if err != nil {
			return diag.At("", key.Line, key.Column, "%w", err).WithHint("%s", diag.HintOf(err))
		}
		if amount <= 0 {
			return diag.At("", value.Line, value.Column, "%s is %s, and a limit is above zero", key.Value, value.Value).
				WithHint("leave it out for no limit")
		}
		(*l)[key.Value] = amount
	}
	return nil
}

// MarshalYAML writes dollars as dollars.
func (l Limits) MarshalYAML() (any, error) {
	out := map[string]any{}
	for r, n := range l {
		if out[r] = n; strings.HasPrefix(r, "usd_") {
			out[r] = strings.TrimPrefix(llm.Money(n).String(), "$")
		}
	}
	return out, nil
}

// Active tells whether quotas hold: limits are written, or `on` says that some are set elsewhere.
func (q Quotas) Active() bool {
	return q.On || len(q.Tenants)+len(q.Projects)+len(q.Providers)+len(q.Keys) > 0
}

// For gives the limits of a scope: tenant, project, provider or key, and its name.
func (q Quotas) For(kind, name string) Limits {
	all := map[string]map[string]Limits{"tenant": q.Tenants, "project": q.Projects, "provider": q.Providers, "key": q.Keys}[kind]
	if l, ok := all[name]; ok {
		return l
	}
	if kind == "tenant" {
		return maps.Clone(q.Tenants["*"])
	}
	return nil
}

func (c *Config) checkQuotas(at places) error {
	switch q := c.Quotas; {
	case !slices.Contains([]string{"sqlite", "redis"}, q.Store):
		return at("quotas", "store")("quotas.store is %q", q.Store).WithHint("sqlite or redis")
	case q.Active() && q.Store == "redis" && c.Redis.URL.IsZero():
		return at("quotas", "store")("quotas.store is redis, and redis.url names no server").WithHint("redis: {url: redis://host:6379/0}")
	case !slices.Contains([]string{"open", "closed"}, q.OnError):
		return at("quotas", "on_error")("quotas.on_error is %q", q.OnError).
			WithHint("closed: calls fail while nobody knows what is left; open: they go on")
	case q.MaxWait < 0:
		return at("quotas", "max_wait")("quotas.max_wait is below zero")
	case !(q.Soft > 0 && q.Soft <= 1):
		return at("quotas", "soft")("quotas.soft is %v", q.Soft).WithHint("a share of a budget, above 0 and up to 1")
	}
	return nil
}

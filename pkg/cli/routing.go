package cli

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// routing is what the engine needs to choose models; nil when no rule is configured. A model that nobody knows is a
// mistake.
func (e *env) routing() (*engine.Routing, error) {
	cfg, err := e.config()
	if err != nil || len(cfg.Route) == 0 {
		return nil, err
	}
	catalog, err := e.catalog()
	if err != nil {
		return nil, err
	}
	for i, r := range cfg.Route {
		if _, err := e.knownModel(cfg, catalog(), config.RoutePath(i), r.Model); err != nil {
			return nil, err
		}
	}
	return &engine.Routing{
		Rules: rules(cfg),
		Count: func(req *llm.Request) int {
			c, _, err := e.promptCounter(deployed(cfg, req.Model))
			if err != nil {
				return 0
			}
			return c.CountRequest(req).Tokens
		},
		Price: func(ref string, u *llm.Usage) *llm.Money {
			return catalog().Cost(deployed(cfg, ref), u, pricing.Options{})
		},
	}, nil
}

// rules are the configured ones as package route takes them.
func rules(cfg *config.Config) route.Rules {
	out := make(route.Rules, len(cfg.Route))
	for i, r := range cfg.Route {
		limit, _ := r.Cap() // checked when it was loaded
		out[i] = route.Rule{Name: r.Name, Model: r.Model, MaxCost: limit, When: route.When{
			Task: r.When.Task, Tenant: r.When.Tenant, Prompt: r.When.Prompt, Tags: r.When.Tags, AllTags: r.When.AllTags,
			MinTokens: r.When.MinTokens, MaxTokens: r.When.MaxTokens, Complexity: route.Level(r.When.Complexity),
		}}
	}
	return out
}

// knownModel resolves a name in the configuration, and fails, with the place, when no call could reach the model.
func (e *env) knownModel(cfg *config.Config, catalog *pricing.Catalog, path, name string) (string, error) {
	ref := name
	if m, ok := cfg.Models[name]; ok {
		if len(m.Deployments) > 0 {
			return poolRef(name), nil
		}
		if m.Model != "" {
			ref = m.Model
		}
	}
	if err := e.knownProvider(cfg, ref); err != nil {
		return "", placed(cfg, path, err)
	}
	if s := modelStatus(cfg, catalog, ref, time.Now()); !s.Known {
		err := diag.Errorf("unknown model %q", ref)
		if s.Nearest != "" {
			err = err.WithHint("did you mean %s? A model that is new needs a price under prices:", s.Nearest)
		}
		return "", placed(cfg, path, err)
	}
	return ref, nil
}

package cli

import (
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

// aliases are the entries under models as the engine takes them. One with deployments stands for its pool.
func aliases(cfg *config.Config) map[string]engine.Alias {
	out := make(map[string]engine.Alias, len(cfg.Models))
	for name, m := range cfg.Models {
		a := engine.Alias{Model: m.Model, Temperature: m.Temperature, TopP: m.TopP, MaxTokens: m.MaxTokens, Options: m.Options}
		if len(m.Deployments) > 0 {
			a.Model = poolRef(name)
		}
		out[name] = a
	}
	return out
}

// oneModel is aliases for estimates: one with deployments is priced as its first.
func oneModel(cfg *config.Config) map[string]engine.Alias {
	out := aliases(cfg)
	for name, a := range out {
		a.Model = cfg.Models[name].Ref()
		out[name] = a
	}
	return out
}

func poolRef(name string) string { return "pool/" + name }

func breaker(cfg *config.Config) gateway.Breaker {
	b := gateway.Breaker{Failures: cfg.Breaker.Failures, Cooldown: cfg.Breaker.Cooldown}
	if b.Failures == 0 {
		b.Failures = -1
	}
	return b
}

// chains are the configured fallbacks, with aliases resolved. A model that nobody knows and a circle are mistakes.
func (e *env) chains() (gateway.Chains, error) {
	var out gateway.Chains
	cfg, err := e.config()
	if err != nil {
		return out, err
	}
	err = cfg.EachChain(func(key string, chains config.Chains) error {
		links, err := e.links(cfg, key, chains)
		switch key {
		case "fallbacks":
			out.Any = links
		case "context_window_fallbacks":
			out.ContextWindow = links
		default:
			out.ContentFilter = links
		}
		return err
	})
	if err != nil {
		return out, err
	}
	if err := out.Check(); err != nil {
		var circle *gateway.CycleError
		if errors.As(err, &circle) {
			return out, placed(cfg, e.circleAt(cfg, circle), diag.Errorf("%w", err).WithHint("take one of them out of %s in llmops.yaml", circle.Class))
		}
		return out, err
	}
	return out, nil
}

// circleAt is the setting where a circle begins.
func (e *env) circleAt(cfg *config.Config, circle *gateway.CycleError) (path string) {
	_ = cfg.EachChain(func(key string, chains config.Chains) error {
		for name, links := range chains {
			from, err := e.modelRef(name)
			if err != nil || key != circle.Class || from != circle.Path[0] && !isPool(cfg, name, circle.Path[0]) {
				continue
			}
			for i, link := range links {
				to, err := e.modelRef(link.Ref)
				if path == "" || err == nil && (to == circle.Path[1] || isPool(cfg, link.Ref, circle.Path[1])) {
					path = config.ChainPath(key, name, i)
				}
			}
		}
		return nil
	})
	return path
}

func isPool(cfg *config.Config, name, ref string) bool {
	return len(cfg.Models[name].Deployments) > 0 && ref == poolRef(name)
}

func (e *env) links(cfg *config.Config, key string, chains config.Chains) (map[string][]gateway.Link, error) {
	if len(chains) == 0 {
		return nil, nil
	}
	catalog, err := e.catalog()
	if err != nil {
		return nil, err
	}
	known := func(path, name string) (string, error) { return e.knownModel(cfg, catalog(), path, name) }
	out := map[string][]gateway.Link{}
	for name, chain := range chains {
		from, err := known(config.ChainPath(key, name, 0), name)
		if err != nil {
			return nil, err
		}
		for i, link := range chain {
			to := ""
			if link.Static == "" {
				if to, err = known(config.ChainPath(key, name, i), link.Ref); err != nil {
					return nil, err
				}
			}
			out[from] = append(out[from], gateway.Link{Ref: to, Static: link.Static})
		}
	}
	return out, nil
}

// knownProvider fails when a reference cannot lead anywhere. A recording always may.
func (e *env) knownProvider(cfg *config.Config, ref string) error {
	name, _, err := provider.ParseRef(ref)
	if err != nil || name == "replay" {
		return err
	}
	_, err = entries(cfg).Lookup(name)
	return err
}

// entries are the providers that there are, to look at and not to call.
func entries(cfg *config.Config) provider.Settings {
	settings := provider.Settings{Providers: map[string]provider.Entry{}}
	for own, p := range cfg.Providers {
		settings.Providers[own] = provider.Entry{Kind: provider.Kind(p.Kind), BaseURL: p.BaseURL, APIKeyEnv: p.APIKeyEnv}
	}
	return settings
}

// placed says where in the configuration a mistake stands.
func placed(cfg *config.Config, path string, err error) error {
	origin := cfg.Origin(path)
	if origin == "" {
		origin = path
	}
	hint := diag.HintOf(err)
	return diag.Errorf("%s: %w", origin, err).WithHint("%s", hint)
}

package cli

import (
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

// pricer prices usages by the catalog with the configuration's prices over it. The overrides are read
// now, so that a mistake in them is known before the first call; the catalog at the first price.
func (e *env) pricer() (func(ref string, u *llm.Usage) *llm.Money, error) {
	catalog, err := e.catalog()
	if err != nil {
		return nil, err
	}
	return func(ref string, u *llm.Usage) *llm.Money {
		return catalog().Cost(ref, u, pricing.Options{})
	}, nil
}

// catalog gives the price catalog, opened at the first call.
func (e *env) catalog() (func() *pricing.Catalog, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	var overrides []pricing.Overrides
	for _, p := range cfg.PriceFiles {
		o, err := pricing.ParseOverrides(p.File, p.Node)
		if err != nil {
			return nil, err
		}
		overrides = append(overrides, o)
	}
	return sync.OnceValue(func() *pricing.Catalog {
		c, err := pricing.Default()
		if err != nil { // the catalog is part of the binary, and a test parses it whole
			e.notice("warning: no prices: %v", err)
			c = nil
		}
		for _, o := range overrides {
			c = c.With(o)
		}
		return c
	}), nil
}

// builtinKeys lists the variables that hold the built-in providers' keys, and whose each is.
func builtinKeys() [][2]string {
	var out [][2]string
	var s provider.Settings
	for _, name := range s.Names() {
		if entry, _ := s.Lookup(name); entry.APIKeyEnv != "" {
			out = append(out, [2]string{entry.APIKeyEnv, name})
		}
	}
	return out
}

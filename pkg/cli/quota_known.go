package cli

import (
	"maps"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// knownQuotas fails where llmops.yaml has limits for a provider or a key that no call can meet: they would never hold.
func knownQuotas(cfg *config.Config) error {
	settings := entries(cfg)
	for _, s := range configuredScopes(cfg) {
		if err := knownScope(settings, s); err != nil {
			kind, name := s.Split()
			path := "quotas." + kind + "s." + name
			for _, resource := range slices.Sorted(maps.Keys(cfg.Quotas.For(kind, name))) {
				path += "." + resource
				break
			}
			return placed(cfg, path, err)
		}
	}
	return nil
}

// knownScope fails for a provider, or a variable with a key, that is in no entry. A tenant or a project may have any
// name.
func knownScope(settings provider.Settings, s budget.Scope) error {
	kind, name := s.Split()
	switch kind {
	case budget.Provider:
		if slices.Contains(settings.Names(), name) { // one that is not complete is told of when it is called
			return nil
		}
		_, err := settings.Lookup(name)
		return err
	case budget.Key:
		var all []string
		for _, p := range settings.Names() {
			if entry, _ := settings.Lookup(p); entry.APIKeyEnv != "" {
				all = append(all, entry.APIKeyEnv)
			}
		}
		if slices.Contains(all, name) {
			return nil
		}
		hint := diag.DidYouMean(name, all)
		if hint == "" {
			hint = "a key is named by the variable that holds it: api_key_env of an entry under providers:"
		}
		return diag.Errorf("no provider takes its key from %q", name).WithHint("%s", hint)
	}
	return nil
}

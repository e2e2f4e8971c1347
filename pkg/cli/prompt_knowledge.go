package cli

import (
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/guard"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

// soon is how long before its end a model counts as deprecated.
const soon = 180 * 24 * time.Hour

// promptKnowledge is what lint needs to know of models, tokens and texts.
func (e *env) promptKnowledge() (prompt.LintOptions, error) {
	cfg, err := e.config()
	if err != nil {
		return prompt.LintOptions{}, err
	}
	catalog, err := e.catalog()
	if err != nil {
		return prompt.LintOptions{}, err
	}
	now := time.Now()
	return prompt.LintOptions{
		Model:  func(ref string) prompt.ModelStatus { return modelStatus(cfg, catalog(), ref, now) },
		Tokens: e.promptTokens,
		Find:   findSpots,
	}, nil
}

// modelStatus tells what the configuration and the price catalog know of a model. What runs on one's own
// machine or is set up in llmops.yaml is not expected in the catalog.
func modelStatus(cfg *config.Config, c *pricing.Catalog, ref string, now time.Time) prompt.ModelStatus {
	if alias, ok := cfg.Models[ref]; ok {
		if alias.Ref() == "" || alias.Ref() == ref {
			return prompt.ModelStatus{Known: true}
		}
		ref = alias.Ref()
	}
	if ref == route.Auto && len(cfg.Route) > 0 {
		return prompt.ModelStatus{Known: true}
	}
	if !strings.Contains(ref, "/") { // the catalog would find it, a call would not
		return prompt.ModelStatus{}
	}
	found, ok := c.Resolve(ref)
	if !ok {
		s := prompt.ModelStatus{Known: ownModel(cfg, ref)}
		if near := c.Nearest(ref); len(near) > 0 && !s.Known {
			s.Nearest = near[0]
		}
		return s
	}
	s := prompt.ModelStatus{Known: true, Floating: found.Floating, Snapshot: snapshots(ref, found.Snapshots)}
	s.Deprecated = found.Model.Retired || found.Model.Deprecated(now.Add(soon))
	if until := found.Model.Until; !until.IsZero() {
		s.Retires = until.Format(time.DateOnly)
	}
	return s
}

// ownModel tells whether the model is of a provider that no price catalog lists.
func ownModel(cfg *config.Config, ref string) bool {
	name, _, _ := strings.Cut(ref, "/")
	if _, ok := cfg.Providers[name]; ok || name == "replay" {
		return true
	}
	var s provider.Settings
	entry, err := s.Lookup(name)
	return err == nil && entry.KeyOptional // a server of one's own
}

// snapshots words the dated versions of a model, under the provider's name as the prompt has it.
func snapshots(ref string, list []string) string {
	own, _, _ := strings.Cut(ref, "/")
	names := make([]string, len(list))
	for i, s := range list {
		if _, name, ok := strings.Cut(s, "/"); ok {
			s = own + "/" + name
		}
		names[i] = s
	}
	if n := len(names); n > 1 {
		return "one of " + strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// promptTokens counts a text for a model, 0 where that is not possible.
func (e *env) promptTokens(model, text string) int {
	ref, err := e.modelRef(model)
	if err != nil {
		return 0
	}
	c, _, err := e.promptCounter(ref)
	if err != nil {
		return 0
	}
	return c.Count(text)
}

// findSpots finds secrets and personal data.
func findSpots(text string) []prompt.Spot {
	var spots []prompt.Spot
	add := func(found []guard.Finding, personal bool) {
		for _, f := range found {
			spots = append(spots, prompt.Spot{Start: f.Start, End: f.End, What: strings.ReplaceAll(f.Rule, "-", " "), Personal: personal})
		}
	}
	add(guard.Secrets(text), false)
	add(guard.PII(text), true)
	return spots
}

package cli

import (
	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// deployed gives the model that stands for a pool: its deployments have one window and one tokenizer.
func deployed(cfg *config.Config, ref string) string {
	for name, m := range cfg.Models {
		if ref == poolRef(name) {
			return m.Ref()
		}
	}
	return ref
}

// window is what the engine knows of the models' context windows: limits from the price catalog, counts from the
// tokenizers.
func (e *env) window(chains gateway.Chains) (*engine.Window, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	catalog, err := e.catalog()
	if err != nil {
		return nil, err
	}
	if name := cfg.Context.SummaryModel; name != "" {
		if _, err := e.knownModel(cfg, catalog(), "context.summary_model", name); err != nil {
			return nil, err
		}
	}
	return &engine.Window{
		Strategy: engine.Strategy(cfg.Context.Strategy), Reserve: cfg.Context.ReserveOutput, Model: cfg.Context.SummaryModel,
		Limit: func(ref string) (int, int) {
			m, ok := catalog().Find(deployed(cfg, ref))
			if !ok {
				return 0, 0
			}
			return int(m.Context), int(m.MaxInput)
		},
		Count: func(req *llm.Request) (int, int) {
			c, _, err := e.promptCounter(deployed(cfg, req.Model))
			if err != nil {
				return 0, 0
			}
			r := c.CountRequest(req)
			return r.Tokens, r.Low
		},
		Elsewhere: func(ref string) bool { return len(chains.ContextWindow[ref]) > 0 },
	}, nil
}

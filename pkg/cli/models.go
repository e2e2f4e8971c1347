package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

func newModels(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "models",
		Short: "Look up models: prices, limits, abilities, and when they end",
		Example: `  llmops models list --provider openai --context 128k --max-input-price 1
  llmops models show openai/gpt-4o-mini-2024-07-18`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(newModelsList(e), newModelsShow(e), newModelsCompare(e))
	return cmd
}

// priceCatalog opens the catalog for a command that shows its prices, and says once when it is old.
func (e *env) priceCatalog(now time.Time) (*pricing.Catalog, error) {
	open, err := e.catalog()
	if err != nil {
		return nil, err
	}
	c := open()
	e.warnStale(c, now)
	return c, nil
}

func (e *env) warnStale(c *pricing.Catalog, now time.Time) {
	if warning := c.Warning(now); warning != "" {
		e.notice("warning: %s", warning)
	}
}

// modelRef is the model that a reference or an alias of the configuration stands for.
func (e *env) modelRef(name string) (string, error) {
	cfg, err := e.config()
	if err != nil {
		return "", err
	}
	if alias, ok := cfg.Models[name]; ok && alias.Ref() != "" {
		return alias.Ref(), nil
	}
	return name, nil
}

// findModel looks a reference up in the catalog; one that is not there is a mistake of the command line.
func (e *env) findModel(c *pricing.Catalog, name string) (pricing.Resolution, error) {
	ref, err := e.modelRef(name)
	if err != nil {
		return pricing.Resolution{}, err
	}
	found, ok := c.Resolve(ref)
	if ok {
		return found, nil
	}
	wrong := diag.Errorf("the price catalog has no model %q", ref)
	if near := c.Nearest(ref); len(near) > 0 {
		return found, wrong.WithHint("did you mean %s?", strings.Join(near, ", "))
	}
	return found, wrong.WithHint("see `llmops models list`; prices: in llmops.yaml adds models of your own")
}

// modelJSON is a model of the catalog as the models commands print it. Prices are dollars per million
// tokens, null where none is published.
type modelJSON struct {
	Model        string     `json:"model"`
	Context      *int64     `json:"context_tokens"` // null when unknown
	MaxOutput    *int64     `json:"max_output_tokens"`
	Capabilities []string   `json:"capabilities"`
	Prices       *ratesJSON `json:"usd_per_million_tokens"` // null when unpriced
	Batch        *ratesJSON `json:"batch_usd_per_million_tokens"`
	Free         bool       `json:"free,omitempty"`
	Ends         string     `json:"ends,omitempty"`
	Deprecated   bool       `json:"deprecated"`
	Disputed     bool       `json:"disputed,omitempty"` // the catalog's two sources name different prices
	Own          bool       `json:"own,omitempty"`      // the price is from the configuration
}

type ratesJSON struct {
	Input        *llm.Money `json:"input"`
	CacheRead    *llm.Money `json:"cache_read"`
	CacheWrite   *llm.Money `json:"cache_write"`
	CacheWrite1h *llm.Money `json:"cache_write_1h"`
	Output       *llm.Money `json:"output"`
	Reasoning    *llm.Money `json:"reasoning"`
}

func newModelJSON(m *pricing.Model, now time.Time) modelJSON {
	j := modelJSON{
		Model: m.Ref(), Context: positive(m.Context), MaxOutput: positive(m.MaxOutput), Capabilities: m.Can.Names(),
		Free: m.Free, Deprecated: m.Deprecated(now), Disputed: m.Disputed, Own: m.Override,
	}
	if j.Capabilities == nil {
		j.Capabilities = []string{}
	}
	if !m.Until.IsZero() {
		j.Ends = m.Until.Format(time.DateOnly)
	}
	if p := m.At(now); p != nil {
		j.Prices, j.Batch = newRatesJSON(p.Standard), newRatesJSON(p.Batch)
	}
	return j
}

func newRatesJSON(s *pricing.Schedule) *ratesJSON {
	if s == nil {
		return nil
	}
	r := ratesJSON(s.Rates)
	return &r
}

func positive(n int64) *int64 {
	if n <= 0 {
		return nil
	}
	return &n
}

// ending says when a model is switched off, "" when that is not known.
func ending(m *pricing.Model, now time.Time) string {
	switch {
	case m.Until.IsZero() && m.Retired:
		return "gone"
	case m.Until.IsZero():
		return ""
	case m.Deprecated(now):
		return "since " + m.Until.Format(time.DateOnly)
	}
	return fmt.Sprintf("on %s", m.Until.Format(time.DateOnly))
}

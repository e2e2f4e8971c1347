package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// modelsListOptions are the flags of models list.
type modelsListOptions struct {
	provider     string
	context      string
	maxInput     string
	maxOutput    string
	capabilities []string
	changedSince string
	deprecated   bool
	all          bool
	inPrompts    bool
	json         bool
}

func newModelsList(e *env) *cobra.Command {
	var o modelsListOptions
	cmd := &cobra.Command{
		Use:   "list [TEXT]",
		Short: "List models by provider, context, price and ability",
		Long: `List the models of the price catalog whose name holds TEXT. Models that are
switched off are left out, unless --all or --deprecated asks for them. Prices
are dollars per million tokens.`,
		Example: `  llmops models list claude
  llmops models list --provider openai --context 200k --capability vision,tools
  llmops models list --changed-since 2026-06-01
  llmops models list --deprecated --in-prompts`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runModelsList(cmd.Context(), e, o, strings.Join(args, ""), time.Now())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.provider, "provider", "", "only models of this `PROVIDER`")
	flags.StringVar(&o.context, "context", "", "only with a context of `TOKENS` at least: 128k, 1M")
	flags.StringVar(&o.maxInput, "max-input-price", "", "only up to these `DOLLARS` per million input tokens")
	flags.StringVar(&o.maxOutput, "max-output-price", "", "only up to these `DOLLARS` per million output tokens")
	flags.StringSliceVar(&o.capabilities, "capability", nil, "only with this `ABILITY` (repeatable): "+strings.Join(pricing.CapabilityNames(), ", "))
	flags.StringVar(&o.changedSince, "changed-since", "", "prices and ends that changed after this `DATE`")
	flags.BoolVar(&o.deprecated, "deprecated", false, "only models that are switched off or whose end is announced")
	flags.BoolVar(&o.all, "all", false, "those that are switched off too")
	flags.BoolVar(&o.inPrompts, "in-prompts", false, "only models that this project's prompts name")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	return cmd
}

func runModelsList(_ context.Context, e *env, o modelsListOptions, text string, now time.Time) error {
	filter, err := o.filter(text, now)
	if err != nil {
		return err
	}
	c, err := e.priceCatalog(now)
	if err != nil {
		return err
	}
	if err := knownProvider(c, filter); err != nil {
		return err
	}
	switch {
	case o.inPrompts && o.changedSince != "":
		return diag.Errorf("--in-prompts and --changed-since exclude each other")
	case o.inPrompts:
		return e.listPromptModels(o, c, filter)
	case o.changedSince != "":
		return e.listChanges(o, c, filter)
	}
	return e.printModels(o, c, slices.DeleteFunc(c.List(filter), func(m *pricing.Model) bool { return o.deprecated && ending(m, now) == "" }), now)
}

func (o *modelsListOptions) filter(text string, now time.Time) (pricing.Filter, error) {
	f := pricing.Filter{Provider: o.provider, Text: text, At: now, Available: !o.all && !o.deprecated}
	var err error
	if o.context != "" {
		if f.MinContext, err = parseSize("--context", o.context); err != nil {
			return f, err
		}
	}
	if o.maxInput != "" {
		if f.MaxInput, err = parseDollars("--max-input-price", o.maxInput); err != nil {
			return f, err
		}
	}
	if o.maxOutput != "" {
		if f.MaxOutput, err = parseDollars("--max-output-price", o.maxOutput); err != nil {
			return f, err
		}
	}
	for _, name := range o.capabilities {
		can, ok := pricing.ParseCapability(name)
		if !ok {
			return f, diag.Errorf("unknown capability %q", name).WithHint("known: %s", strings.Join(pricing.CapabilityNames(), ", "))
		}
		f.Can |= can
	}
	return f, nil
}

// knownProvider refuses a provider that sells nothing in the catalog.
func knownProvider(c *pricing.Catalog, f pricing.Filter) error {
	if f.Provider == "" || len(c.List(pricing.Filter{Provider: f.Provider})) > 0 {
		return nil
	}
	var ids []string
	for _, p := range c.Providers() {
		ids = append(ids, p.ID)
	}
	hint := diag.DidYouMean(f.Provider, ids)
	if hint == "" {
		hint = "known: " + strings.Join(ids, ", ")
	}
	return diag.Errorf("the price catalog has no provider %q", f.Provider).WithHint("%s", hint)
}

func (e *env) printModels(o modelsListOptions, c *pricing.Catalog, models []*pricing.Model, now time.Time) error {
	if o.json {
		list := make([]modelJSON, len(models))
		for i, m := range models {
			list[i] = newModelJSON(m, now)
		}
		return writeJSON(e.out, struct {
			Schema string      `json:"schema"`
			Date   string      `json:"catalog_date"`
			Models []modelJSON `json:"models"`
		}{"llmops.models.list/v1", c.Date().Format(time.DateOnly), list})
	}
	if len(models) == 0 {
		e.info("no model fits")
		return nil
	}
	g := grid{header: []string{"model", "context", "output", "in $/M", "cached", "out $/M"}, left: 1}
	if o.all || o.deprecated {
		g.header = append(g.header, "ends")
	}
	for _, m := range models {
		in, cached, out := "unpriced", "–", "unpriced"
		if p := m.At(now); p != nil {
			in, cached, out = rate(p.Standard.Input), rate(p.Standard.CacheRead), rate(p.Standard.Output)
		}
		row := []string{m.Ref(), known(m.Context), known(m.MaxOutput), in, cached, out}
		if o.all || o.deprecated {
			row = append(row, ending(m, now))
		}
		g.add(row...)
	}
	if err := g.print(e); err != nil {
		return err
	}
	e.info("%s; prices of %s", plural(len(models), "model"), c.Date().Format(time.DateOnly))
	return nil
}

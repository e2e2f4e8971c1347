package cli

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// modelsCompareOptions are the flags of models compare.
type modelsCompareOptions struct {
	input, output int64
	json          bool
}

func newModelsCompare(e *env) *cobra.Command {
	o := modelsCompareOptions{}
	cmd := &cobra.Command{
		Use:     "compare MODEL MODEL…",
		Short:   "Put models side by side, with the cost of a typical call",
		Example: "  llmops models compare openai/gpt-4o-mini gemini/gemini-2.5-flash --input 3000",
		Args:    usageArgs(cobra.MinimumNArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			if o.input < 0 || o.output < 0 {
				return diag.Errorf("--input and --output want numbers of tokens from 0 on")
			}
			return runModelsCompare(e, o, args, time.Now())
		},
	}
	cmd.Flags().Int64Var(&o.input, "input", 1000, "input `TOKENS` of the typical call")
	cmd.Flags().Int64Var(&o.output, "output", 500, "output `TOKENS` of the typical call")
	cmd.Flags().BoolVar(&o.json, "json", false, "print as JSON")
	return cmd
}

// comparedJSON is a model of models compare.
type comparedJSON struct {
	modelJSON
	Call  *llm.Money `json:"call_usd"`       // of the typical call; null when unpriced
	Batch *llm.Money `json:"batch_call_usd"` // the same in a batch
}

func runModelsCompare(e *env, o modelsCompareOptions, names []string, now time.Time) error {
	c, err := e.priceCatalog(now)
	if err != nil {
		return err
	}
	usage := &llm.Usage{UncachedInput: o.input, Output: o.output}
	list := make([]comparedJSON, len(names))
	for i, name := range names {
		found, err := e.findModel(c, name)
		if err != nil {
			return err
		}
		m := found.Model
		list[i] = comparedJSON{
			newModelJSON(m, now), m.Cost(usage, pricing.Options{At: now}), m.Cost(usage, pricing.Options{At: now, Batch: true}),
		}
	}
	if o.json {
		return writeJSON(e.out, struct {
			Schema string         `json:"schema"`
			Date   string         `json:"catalog_date"`
			Usage  *llm.Usage     `json:"usage"`
			Models []comparedJSON `json:"models"`
		}{"llmops.models.compare/v1", c.Date().Format(time.DateOnly), usage, list})
	}
	g := grid{header: []string{"model", "context", "in $/M", "cached", "out $/M", "a call", "in a batch"}, left: 1}
	for _, m := range list {
		in, cached, out := "unpriced", "–", "unpriced"
		if m.Prices != nil {
			in, cached, out = rate(m.Prices.Input), rate(m.Prices.CacheRead), rate(m.Prices.Output)
		}
		limit := int64(0)
		if m.Context != nil {
			limit = *m.Context
		}
		g.add(m.Model, known(limit), in, cached, out, price(m.Call), price(m.Batch))
	}
	if err := g.print(e); err != nil {
		return err
	}
	e.info("a call has %s input and %s output tokens; prices of %s", grouped(o.input), grouped(o.output), c.Date().Format(time.DateOnly))
	return e.compareCan(list)
}

// compareCan prints who is able to do what.
func (e *env) compareCan(list []comparedJSON) error {
	g := grid{header: []string{"can"}, left: len(list) + 1}
	for _, m := range list {
		g.header = append(g.header, m.Model)
	}
	for _, ability := range pricing.CapabilityNames() {
		row := []string{ability}
		for _, m := range list {
			mark := "–"
			if slices.Contains(m.Capabilities, ability) {
				mark = "yes"
			}
			row = append(row, mark)
		}
		g.add(row...)
	}
	if err := e.say(""); err != nil {
		return err
	}
	return g.print(e)
}

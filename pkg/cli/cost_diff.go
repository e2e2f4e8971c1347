package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func newCostDiff(e *env) *cobra.Command {
	var f estimateFlags
	cmd := &cobra.Command{
		Use:   "diff REF1 REF2",
		Short: "Price a change of a prompt: per call and per month",
		Long: `Compare what a call costs with two versions of a prompt. Each is counted for
its own model unless --model names others. Variables that are not given are
counted as empty, in both.`,
		Example: `  llmops cost diff customer-support@1.0.0 customer-support@1.1.0 \
    --requests-per-day 10000
  llmops cost diff customer-support@git:main customer-support -m openai/gpt-4o`,
		Args: usageArgs(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCostDiff(cmd.Context(), e, f, args[0], args[1])
		},
		ValidArgsFunction: e.completePrompts,
	}
	f.declare(cmd)
	return cmd
}

// costDiffJSON is what cost diff --json prints.
type costDiffJSON struct {
	Schema string      `json:"schema"`
	From   string      `json:"from"`
	To     string      `json:"to"`
	At     string      `json:"prices_at"`
	PerDay int64       `json:"requests_per_day,omitempty"`
	Days   int         `json:"days_per_month,omitempty"`
	Empty  []string    `json:"empty_variables"` // required ones that were not given
	Models []modelDiff `json:"models"`
}

type modelDiff struct {
	From   modelEstimateJSON `json:"from"`
	To     modelEstimateJSON `json:"to"`
	Change *llm.Money        `json:"change_per_call_usd"`            // expected; null when one of them is unpriced
	Month  *llm.Money        `json:"change_per_month_usd,omitempty"` // the same for a month
}

func runCostDiff(ctx context.Context, e *env, f estimateFlags, from, to string) error {
	if err := f.check(); err != nil {
		return err
	}
	at, err := f.time()
	if err != nil {
		return err
	}
	vars, err := e.variables(f.varsFile, f.vars)
	if err != nil {
		return err
	}
	doc := costDiffJSON{Schema: "llmops.cost.diff/v1", At: at.UTC().Format(time.DateOnly), PerDay: f.perDay, Empty: []string{}}
	if f.perDay > 0 {
		doc.Days = month
	}
	var sides [2][]estimate.Estimate
	for i, ref := range []string{from, to} {
		v, list, err := e.estimateVersion(ctx, f, at, ref, vars, &doc)
		if err != nil {
			return err
		}
		sides[i] = list
		*[]*string{&doc.From, &doc.To}[i] = v.Ref()
	}
	for i := range sides[0] {
		doc.Models = append(doc.Models, newModelDiff(f, sides[0][i], sides[1][i]))
	}
	slices.Sort(doc.Empty)
	doc.Empty = slices.Compact(doc.Empty)
	if f.json {
		return writeJSON(e.out, doc)
	}
	return e.printCostDiff(doc)
}

// estimateVersion estimates one call of a version. Variables that the other version has alone are left out.
func (e *env) estimateVersion(
	ctx context.Context, f estimateFlags, at time.Time, ref string, vars map[string]any, doc *costDiffJSON,
) (*prompt.Version, []estimate.Estimate, error) {
	v, err := lazyPrompts{e}.Resolve(ref)
	if err != nil {
		return nil, nil, err
	}
	est, err := e.estimator(ctx, f, at)
	if err != nil {
		return nil, nil, err
	}
	given := map[string]any{}
	for _, x := range v.Variables() {
		value, ok := vars[x.Name]
		if ok {
			given[x.Name] = value
		} else if x.Required {
			doc.Empty = append(doc.Empty, x.Name)
		}
	}
	err = est.Add(ctx, estimate.Call{Call: engine.Call{Version: v, Vars: blanks(v, given)}})
	return v, est.Models(), err
}

func newModelDiff(f estimateFlags, from, to estimate.Estimate) modelDiff {
	o := estimateOptions{estimateFlags: f}
	d := modelDiff{From: newModelEstimateJSON(o, from), To: newModelEstimateJSON(o, to)}
	if from.Cost == nil || to.Cost == nil {
		return d
	}
	change := to.Cost.Expected - from.Cost.Expected
	d.Change = &change
	if f.perDay > 0 {
		monthly := change * llm.Money(f.perDay*month) // a call costs dollars, and f.check bounds the days
		d.Month = &monthly
	}
	return d
}

func (e *env) printCostDiff(doc costDiffJSON) error {
	if err := e.say("%s → %s, at the prices of %s\n", doc.From, doc.To, doc.At); err != nil {
		return err
	}
	for _, d := range doc.Models {
		if d.From.Model == d.To.Model {
			continue
		}
		if err := e.say("%s instead of %s\n", d.To.Model, d.From.Model); err != nil {
			return err
		}
	}
	g := grid{header: []string{"model", "input", "output", "a call", "change"}, left: 1}
	if doc.PerDay > 0 {
		g.header = append(g.header, "change a month")
	}
	for _, d := range doc.Models {
		row := []string{
			d.To.Model, tokenChange(&d.From.Input, &d.To.Input), tokenChange(d.From.Output, d.To.Output),
			expected(d.To.PerCall), signed(d.Change),
		}
		if doc.PerDay > 0 {
			row = append(row, signed(d.Month))
		}
		g.add(row...)
	}
	if err := g.print(e); err != nil {
		return err
	}
	if doc.PerDay > 0 {
		e.info("a month has %d days of %s requests", doc.Days, grouped(doc.PerDay))
	}
	if len(doc.Empty) > 0 {
		e.info("not given, and counted as empty: %s", strings.Join(doc.Empty, ", "))
	}
	for _, d := range doc.Models {
		for _, a := range d.To.Answers {
			e.info("%s", wrapLine(d.To.Model+": "+reason(a), e.width()))
		}
	}
	return nil
}

func tokenChange(from, to *estimate.Band) string {
	if from == nil || to == nil {
		return tokensOf(to)
	}
	return fmt.Sprintf("%s (%+d)", grouped(to.Expected), to.Expected-from.Expected)
}

func expected(c *estimate.Cost) string {
	if c == nil {
		return "unpriced"
	}
	return dollars(c.Expected)
}

// signed writes a change of cost with its sign.
func signed(m *llm.Money) string {
	switch {
	case m == nil:
		return "–"
	case *m > 0:
		return "+" + dollars(*m)
	}
	return dollars(*m)
}

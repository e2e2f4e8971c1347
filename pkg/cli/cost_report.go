package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// reportOptions are the flags of cost report.
type reportOptions struct {
	logsFilter
	by        []string
	sort      string
	top       int
	json, csv bool
}

func newCostReport(e *env) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Show what calls have cost, and where the month will end",
		Long: `Show what the calls in the ledger have cost: by model, or by any combination of
day, tenant, project, source, model, prompt, version, experiment, run and arm
(an experiment with its versions). A call without a known price is counted as
unpriced, never as free. The rate is the mean of the last seven days; the end of
the month is what the month has cost so far and that rate for its rest. As CSV
both are told with --by none, since they are of all rows together.`,
		Example: "  llmops cost report\n  llmops cost report --by tenant,model --since month\n" +
			"  llmops cost report --by prompt,version --source eval --json",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runCostReport(cmd.Context(), e, o, time.Now())
		},
	}
	o.declare(cmd)
	flags := cmd.Flags()
	flags.StringSliceVar(&o.by, "by", []string{"model"}, "what to group by, `NAMES` with commas between; none for one sum")
	flags.StringVar(&o.sort, "sort", "", "order of the rows: key, cost or calls; cost if not set, and key for days")
	flags.IntVarP(&o.top, "top", "n", 0, "show so many rows and sum up the rest; 0 shows all")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	flags.BoolVar(&o.csv, "csv", false, "print as CSV")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
	return cmd
}

func runCostReport(ctx context.Context, e *env, o reportOptions, now time.Time) error {
	by, err := dimensions(o.by)
	if err != nil {
		return err
	}
	if err := oneOf("--sort", o.sort, "key", "cost", "calls"); err != nil {
		return err
	}
	if o.top < 0 {
		return diag.Errorf("--top %d is below zero", o.top)
	}
	f, err := o.filter(e, now)
	if err != nil {
		return err
	}
	doc := costReport{By: by, filter: f, now: now}
	open, err := (&lazyLedger{e: e}).existing(ctx)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
	case err != nil:
		return err
	default:
		if err := doc.fill(ctx, open); err != nil {
			return err
		}
	}
	if doc.Missing > 0 {
		e.notice("warning: %s of hours that the report has only parts of are pruned; what fell into these parts is missing", plural(doc.Missing, "call"))
	}
	doc.order(o.sort)
	doc.cut(o.top)
	switch {
	case o.json:
		return doc.json(e.out)
	case o.csv:
		return doc.csv(e.out)
	}
	return doc.print(e)
}

// dimensions reads --by.
func dimensions(names []string) (by []ledger.Dimension, err error) {
	known := ledger.Dimensions()
	var words []string
	for _, d := range known {
		words = append(words, string(d))
	}
	words = append(words, "arm", "none")
	for _, n := range names {
		switch d := ledger.Dimension(strings.TrimSpace(n)); {
		case d == "none" && len(names) == 1:
			return nil, nil
		case d == "arm":
			by = append(by, ledger.ByExperiment, ledger.ByPrompt, ledger.ByVersion)
		case slices.Contains(known, d):
			by = append(by, d)
		default:
			return nil, oneOf("--by", string(d), words...)
		}
	}
	slices.SortFunc(by, func(a, b ledger.Dimension) int { return slices.Index(known, a) - slices.Index(known, b) })
	return slices.Compact(by), nil
}

// costReport is what cost report shows.
type costReport struct {
	By      []ledger.Dimension
	Rows    []ledger.Total
	Rest    int // rows that --top sums up in the last one
	Sum     ledger.Total
	Burn    *ledger.Burn
	Missing int64 // calls that were pruned of hours that the time which is asked for has a part of

	filter ledger.Filter
	now    time.Time
}

func (d *costReport) fill(ctx context.Context, l *ledger.Ledger) (err error) {
	if d.Rows, err = l.Totals(ctx, d.filter, d.By...); err != nil {
		return err
	}
	for i := range d.Rows {
		d.Sum.Plus(&d.Rows[i])
	}
	if d.Missing, err = l.Missing(ctx, d.filter, d.By...); err != nil {
		return err
	}
	d.Burn, err = l.Burn(ctx, d.filter, d.now)
	return err
}

// order sorts the rows; they come sorted by key.
func (d *costReport) order(by string) {
	if by == "" && !slices.Contains(d.By, ledger.ByDay) {
		by = "cost"
	}
	switch by {
	case "cost":
		d.Rows = falling(d.Rows, func(t *ledger.Total) int64 { return int64(t.Cost) })
	case "calls":
		d.Rows = falling(d.Rows, func(t *ledger.Total) int64 { return t.Calls })
	}
}

// falling are the rows with the most first; equal ones stay in their order. A row is large, and moves once.
func falling(rows []ledger.Total, of func(*ledger.Total) int64) []ledger.Total {
	type place struct {
		n   int64
		row int
	}
	places := make([]place, len(rows))
	for i := range rows {
		places[i] = place{of(&rows[i]), i}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(b.n, a.n), a.row-b.row) })
	out := make([]ledger.Total, len(rows))
	for i, p := range places {
		out[i] = rows[p.row]
	}
	return out
}

// cut sums up the rows after the first n in one.
func (d *costReport) cut(n int) {
	if n == 0 || len(d.Rows) <= n {
		return
	}
	var rest ledger.Total
	for i := range d.Rows[n:] {
		rest.Plus(&d.Rows[n+i])
	}
	d.Rest = len(d.Rows) - n
	d.Rows = append(d.Rows[:n:n], rest)
}

package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// repriceOptions are the flags of cost reprice.
type repriceOptions struct {
	at    string
	since string
	until string
	write bool
	json  bool
}

func newCostReprice(e *env) *cobra.Command {
	var o repriceOptions
	cmd := &cobra.Command{
		Use:   "reprice",
		Short: "Recompute what the ledger's calls cost at the prices of a date",
		Long: `Recompute the cost of the calls in the ledger at the prices of a date, and put
it beside the recorded cost. The ledger is left as it is, unless --write puts
the new costs into it, with a note on each, all or none; a call without a price
at the date keeps the cost it has. A call whose usage or price is not known is
counted as unpriced, never as free. With --tenant only calls of this tenant are
looked at and changed.`,
		Example: "  llmops cost reprice --at 2026-09-01\n  llmops cost reprice --since 2026-08-01 --until 2026-09-01 --write",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runReprice(cmd.Context(), e, o, time.Now())
		},
	}
	cmd.Flags().StringVar(&o.at, "at", "", "the prices of this `DATE`; today's if not set")
	cmd.Flags().StringVar(&o.since, "since", "", "only calls from this `TIME` on: 2026-01-31, today, 36h, 7d")
	cmd.Flags().StringVar(&o.until, "until", "", "only calls before this `TIME`")
	cmd.Flags().BoolVar(&o.write, "write", false, "put the new costs into the ledger")
	cmd.Flags().BoolVar(&o.json, "json", false, "print as JSON")
	return cmd
}

// repriced sums up the calls of one model.
type repriced struct {
	Model    string     `json:"model"`
	Calls    int64      `json:"calls"`
	Recorded *llm.Money `json:"recorded_usd"` // of the calls that were priced; null when none was
	Unpriced int64      `json:"recorded_unpriced"`
	Now      *llm.Money `json:"repriced_usd"` // of the calls that have a price at the date; null when none has
	Missing  int64      `json:"repriced_unpriced"`
	Change   *llm.Money `json:"change_usd"` // of the calls that have both; null when none has
}

func runReprice(ctx context.Context, e *env, o repriceOptions, now time.Time) error {
	at, f, err := o.times(now)
	if err != nil {
		return err
	}
	f.Tenant = e.tenant
	prices, err := e.priceCatalog(now)
	if err != nil {
		return err
	}
	byModel := map[string]*repriced{}
	err = e.eachCall(ctx, f, func(r *ledger.Record) {
		if r.Status == ledger.Failed || r.Status == ledger.Canceled {
			if r.Usage == nil && r.Cost == nil {
				return // it was never answered, and nothing is charged
			}
		}
		m := byModel[r.Model()]
		if m == nil {
			m = &repriced{Model: r.Model()}
			byModel[r.Model()] = m
		}
		m.add(r, prices, at)
	})
	if err != nil {
		return err
	}
	rows := make([]repriced, 0, len(byModel))
	for _, m := range byModel {
		rows = append(rows, *m)
	}
	slices.SortFunc(rows, func(a, b repriced) int { return strings.Compare(a.Model, b.Model) })
	changed := int64(0)
	if o.write {
		if changed, err = e.writeRepriced(ctx, f, prices, at); err != nil {
			return err
		}
	}
	return e.printRepriced(o, rows, at, changed)
}

func (o *repriceOptions) times(now time.Time) (at time.Time, f ledger.Filter, err error) {
	at = now
	if o.at != "" {
		if at, err = parseDay("--at", o.at); err != nil {
			return at, f, err
		}
	}
	p := period{since: o.since, until: o.until}
	f.Since, f.Until, f.Zone, err = p.times(now)
	return at, f, err
}

// eachCall goes through the ledger's calls page by page, so that memory does not grow with it.
func (e *env) eachCall(ctx context.Context, f ledger.Filter, fn func(*ledger.Record)) error {
	const page = 5000
	f.Limit = page
	calls := existingLedger{e}
	for {
		list, err := calls.List(ctx, f)
		if err != nil {
			return err
		}
		for i := range list {
			fn(&list[i])
		}
		if len(list) < page {
			return nil
		}
		f.Before = list[page-1].TraceID
	}
}

func (m *repriced) add(r *ledger.Record, prices *pricing.Catalog, at time.Time) {
	m.Calls++
	if r.Cost == nil {
		m.Unpriced++
	} else {
		m.Recorded = plus(m.Recorded, *r.Cost)
	}
	cost := repricedCost(r, prices, at)
	if cost == nil {
		m.Missing++
		return
	}
	m.Now = plus(m.Now, *cost)
	if r.Cost != nil {
		m.Change = plus(m.Change, *cost-*r.Cost)
	}
}

// repricedCost is what a call costs at the prices of a date, nil when that is not known.
func repricedCost(r *ledger.Record, prices *pricing.Catalog, at time.Time) *llm.Money {
	if r.Cache == ledger.CacheHit { // our own cache answered: nothing was paid then, and nothing would be now
		return r.Cost
	}
	return prices.Cost(r.Model(), r.Usage, pricing.Options{At: at})
}

// writeRepriced puts the new costs into the ledger, and tells of how many calls. What has no price at the
// date keeps its cost.
func (e *env) writeRepriced(ctx context.Context, f ledger.Filter, prices *pricing.Catalog, at time.Time) (int64, error) {
	l, err := (&lazyLedger{e: e}).existing(ctx)
	if errors.Is(err, ledger.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	note := "repriced at the prices of " + at.UTC().Format(time.DateOnly)
	return l.Reprice(ctx, f, note, func(r *ledger.Record) *llm.Money {
		if cost := repricedCost(r, prices, at); cost != nil {
			return cost
		}
		return r.Cost
	})
}

// plus adds to a sum that is nil while it is of nothing.
func plus(sum *llm.Money, m llm.Money) *llm.Money {
	if sum != nil {
		m += *sum
	}
	return &m
}

func (e *env) printRepriced(o repriceOptions, rows []repriced, at time.Time, changed int64) error {
	if o.json {
		return writeJSON(e.out, struct {
			Schema string     `json:"schema"`
			At     string     `json:"prices_at"`
			Models []repriced `json:"models"`
			Wrote  bool       `json:"wrote"`
			Costs  int64      `json:"costs_changed"` // in the ledger
		}{"llmops.cost.reprice/v1", at.UTC().Format(time.DateOnly), rows, o.write, changed})
	}
	if len(rows) == 0 {
		e.info("the ledger has no such calls")
		return nil
	}
	g := grid{header: []string{"model", "calls", "recorded", "unpriced", "repriced", "unpriced", "change"}, left: 1}
	for _, m := range rows {
		g.add(m.Model, grouped(m.Calls), orUnpriced(m.Recorded), grouped(m.Unpriced), orUnpriced(m.Now), grouped(m.Missing), signed(m.Change))
	}
	if err := g.print(e); err != nil {
		return err
	}
	if o.write {
		e.info("repriced at the prices of %s; %s changed in the ledger", at.UTC().Format(time.DateOnly), plural(changed, "cost"))
		return nil
	}
	e.info("repriced at the prices of %s; the ledger is unchanged; --write changes it", at.UTC().Format(time.DateOnly))
	return nil
}

// orUnpriced writes a sum for people, "unpriced" when it is of nothing.
func orUnpriced(m *llm.Money) string {
	if m == nil {
		return "unpriced"
	}
	return dollars(*m)
}

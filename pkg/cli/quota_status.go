package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
	"github.com/llmops-toolkit/llmops/pkg/report"
)

func newQuotaStatus(e *env) *cobra.Command {
	var f scopeFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Show limits and what is used of them",
		Example: "  llmops quota status --tenant acme --json",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runQuotaStatus(cmd.Context(), e, f, asJSON, time.Now())
		},
	}
	f.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// quotaJSON is what is used of one limit. Amounts are dollars for resources that begin with usd_.
type quotaJSON struct {
	Scope    string     `json:"scope"`
	Resource string     `json:"resource"`
	Limit    any        `json:"limit"`
	Used     any        `json:"used"`     // reservations of calls under way included
	Set      bool       `json:"set"`      // by `llmops quota set`; else by the configuration
	FreesAt  *time.Time `json:"frees_at"` // of concurrency: if the processes of its calls have died; a call that ends frees it before
}

func runQuotaStatus(ctx context.Context, e *env, f scopeFlags, asJSON bool, now time.Time) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	uses, err := e.scopeUses(ctx, f.scopes(e))
	if err != nil {
		return err
	}
	rows := []quotaJSON{}
	g := &grid{header: []string{"scope", "limit", "used", "of", "share", "free at"}, left: 2}
	for _, u := range uses {
		for _, r := range budget.Resources() {
			limit, ok := u.limits[r]
			if !ok {
				continue
			}
			used := u.state.Used(r, now)
			row := quotaJSON{string(u.scope), string(r), amount(r, limit), amount(r, used), u.set[r] > 0, nil}
			frees := ""
			if used >= limit {
				t, provided := u.state.Frees(r, limit, 1, now), ""
				if r == budget.Concurrency {
					t, provided = u.state.Lapses(limit, 1, now), " if its process died" // or as soon as a call ends
				}
				if !t.IsZero() {
					row.FreesAt, frees = &t, untilWords(t, now)+provided
				}
			}
			rows = append(rows, row)
			g.add(u.scope.String(), string(r), r.Amount(used), r.Amount(limit), fmt.Sprintf("%.0f %%", 100*float64(used)/float64(limit)), frees)
		}
	}
	if asJSON {
		return report.JSON(e.out, struct {
			Schema string      `json:"schema"`
			On     bool        `json:"on"`
			Store  string      `json:"store"`
			Limits []quotaJSON `json:"limits"`
		}{"llmops.quota.status/v1", cfg.Quotas.Active(), cfg.Quotas.Store, rows})
	}
	if !cfg.Quotas.Active() {
		e.notice("quotas are off: no limit holds. quotas: {on: true} in llmops.yaml turns them on")
	}
	if len(g.rows) == 0 {
		e.notice("no limits are written or set")
		return nil
	}
	g.dropEmpty()
	return e.fitted(g, 0)
}

// amount is a number for JSON: dollars as dollars.
func amount(r budget.Resource, n int64) any {
	if r.Money() {
		return llm.Money(n)
	}
	return n
}

func configuredScopes(cfg *config.Config) (out []budget.Scope) {
	for kind, all := range map[string]map[string]config.Limits{
		budget.Tenant: cfg.Quotas.Tenants, budget.Project: cfg.Quotas.Projects,
		budget.Provider: cfg.Quotas.Providers, budget.Key: cfg.Quotas.Keys,
	} {
		for name := range all {
			if name == "*" && kind == budget.Tenant {
				name = cfg.Tenant
			}
			out = append(out, budget.ScopeOf(kind, name))
		}
	}
	return mergeScopes(out, nil)
}

func mergeScopes(a, b []budget.Scope) []budget.Scope {
	set := map[budget.Scope]bool{}
	for _, s := range slices.Concat(a, b) {
		set[s] = true
	}
	return slices.Sorted(maps.Keys(set))
}

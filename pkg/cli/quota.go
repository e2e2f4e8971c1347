package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

func newQuota(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "quota",
		Short: "See and set what tenants, projects, providers and keys may use",
		Long: `See and set what tenants, projects, providers and keys may use: requests and
tokens a minute, calls under way, tokens and dollars a day and a month. Limits
stand under quotas in llmops.yaml, or are set here, for all who share the store.
A call that meets one ends with exit code 7 and says when there is room again.`,
		Example: `  llmops quota status
  llmops quota set --tenant acme rpm=60 usd_per_day=5
  llmops quota reset --tenant acme`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(newQuotaStatus(e), newQuotaSet(e), newQuotaReset(e))
	return cmd
}

// scopeFlags choose a scope. The tenant is the global flag.
type scopeFlags struct{ project, provider, key string }

func (f *scopeFlags) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.project, "project", "", "`NAME` of a project")
	cmd.Flags().StringVar(&f.provider, "provider", "", "`NAME` of a provider")
	cmd.Flags().StringVar(&f.key, "key", "", "`VARIABLE` that holds a provider's key")
}

// scopes lists those that are named, the tenant's first.
func (f *scopeFlags) scopes(e *env) (out []budget.Scope) {
	for _, s := range [][2]string{
		{budget.Tenant, e.tenant}, {budget.Project, f.project}, {budget.Provider, f.provider}, {budget.Key, f.key},
	} {
		if s[1] != "" {
			out = append(out, budget.ScopeOf(s[0], s[1]))
		}
	}
	return out
}

// one is the scope that a change is for.
func (f *scopeFlags) one(e *env) (budget.Scope, error) {
	list := f.scopes(e)
	switch len(list) {
	case 0:
		return "", diag.Errorf("nothing says whose limits are meant").WithHint("--tenant, --project, --provider or --key")
	case 1:
		return list[0], nil
	}
	return "", diag.Errorf("%s and %s exclude each other here", list[0], list[1])
}

// scopeUse is what is known of a scope.
type scopeUse struct {
	scope  budget.Scope
	state  *budget.State
	limits budget.Limits // in force
	set    budget.Limits // of them those that were set
}

// scopeUses reads the scopes that are named, or all that have limits or have used something.
func (e *env) scopeUses(ctx context.Context, named []budget.Scope) ([]scopeUse, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	store, err := e.existingQuotas(ctx)
	if err != nil {
		return nil, err
	}
	all := named
	if len(all) == 0 {
		all = configuredScopes(cfg)
		if store != nil {
			there, err := store.Scopes(ctx)
			if err != nil {
				return nil, err
			}
			all = mergeScopes(all, there)
		}
	}
	var out []scopeUse
	for _, s := range all {
		u := scopeUse{scope: s, limits: configuredLimits(cfg, s)}
		if store != nil {
			if u.state, u.set, err = store.Get(ctx, s); err != nil {
				return nil, err
			}
		}
		u.limits = u.set.Over(u.limits)
		out = append(out, u)
	}
	return out, nil
}

// untilWords writes the time at which a period's budget or a rate has room again.
func untilWords(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	if t.Sub(now) < 24*time.Hour {
		return t.Local().Format("15:04:05")
	}
	return strings.TrimSuffix(t.Local().Format("2006-01-02 15:04"), " 00:00")
}

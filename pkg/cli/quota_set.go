package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

func newQuotaSet(e *env) *cobra.Command {
	var f scopeFlags
	cmd := &cobra.Command{
		Use:   "set LIMIT=AMOUNT...",
		Short: "Set limits that come before those of llmops.yaml",
		Long: `Set limits that come before those of llmops.yaml, for all who share the store.
LIMIT is rpm, tpm, rpd, concurrency, tokens_per_day, tokens_per_month,
usd_per_day or usd_per_month. AMOUNT is above zero; "none" lifts the limit of
llmops.yaml, and "default" goes back to it.`,
		Example: `  llmops quota set --tenant acme rpm=60 usd_per_day=5
  llmops quota set --provider openai tpm=200000
  llmops quota set --tenant acme rpm=default`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runQuotaSet(cmd.Context(), e, f, args) },
	}
	f.flags(cmd)
	return cmd
}

func runQuotaSet(ctx context.Context, e *env, f scopeFlags, args []string) error {
	scope, err := f.one(e)
	if err != nil {
		return err
	}
	changes, err := parseLimits(args)
	if err != nil {
		return err
	}
	cfg, err := e.config()
	if err != nil {
		return err
	}
	if err := knownScope(entries(cfg), scope); err != nil {
		e.notice("warning: %v. The limit is kept, for others who share the store. %s", err, diag.HintOf(err))
	}
	store, err := e.quotaStore(ctx)
	if err != nil {
		return err
	}
	set, err := store.Limits(ctx, scope)
	if err != nil {
		return err
	}
	if set == nil {
		set = budget.Limits{}
	}
	for r, n := range changes {
		if n == nil {
			delete(set, r)
			continue
		}
		set[r] = *n
	}
	if err := store.SetLimits(ctx, scope, set); err != nil {
		return err
	}
	if !cfg.Quotas.Active() {
		e.notice("quotas are off: write quotas: {on: true} into llmops.yaml for the limits to hold")
	}
	_, err = fmt.Fprintf(e.out, "limits of %s: %s\n", scope, limitWords(set.Over(configuredLimits(cfg, scope))))
	return err
}

// parseLimits reads LIMIT=AMOUNT; nil goes back to the configuration's, 0 lifts it.
func parseLimits(args []string) (map[budget.Resource]*int64, error) {
	out := map[budget.Resource]*int64{}
	for _, arg := range args {
		name, text, ok := strings.Cut(arg, "=")
		if _, twice := out[budget.Resource(name)]; twice {
			return nil, diag.Errorf("%s is given twice", name)
		}
		if text = strings.TrimSpace(text); !ok || text == "" {
			return nil, diag.Errorf("%q is no LIMIT=AMOUNT", arg).WithHint("for example rpm=60 or usd_per_day=5")
		}
		n := new(int64)
		switch text {
		case "default":
			n = nil
			_, err := config.ParseLimit(name, "1")
			if err != nil {
				return nil, err
			}
		case "none":
			if _, err := config.ParseLimit(name, "1"); err != nil {
				return nil, err
			}
		default:
			var err error
			if *n, err = config.ParseLimit(name, text); err != nil {
				return nil, err
			}
			if *n <= 0 {
				return nil, diag.Errorf("%s is %s, and a limit is above zero", name, text).WithHint("%s=none lifts the limit", name)
			}
		}
		out[budget.Resource(name)] = n
	}
	return out, nil
}

func limitWords(l budget.Limits) string {
	var words []string
	for _, r := range budget.Resources() {
		if n, ok := l[r]; ok {
			words = append(words, fmt.Sprintf("%s %s", r, r.Amount(n)))
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func newQuotaReset(e *env) *cobra.Command {
	var f scopeFlags
	cmd := &cobra.Command{
		Use:     "reset",
		Short:   "Forget what a tenant, project, provider or key has used",
		Long:    `Forget what a tenant, project, provider or key has used. Its limits stay.`,
		Example: "  llmops quota reset --tenant acme",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runQuotaReset(cmd.Context(), e, f) },
	}
	f.flags(cmd)
	return cmd
}

func runQuotaReset(ctx context.Context, e *env, f scopeFlags) error {
	scope, err := f.one(e)
	if err != nil {
		return err
	}
	store, err := e.existingQuotas(ctx)
	if err != nil {
		return err
	}
	if store != nil {
		if err := store.Reset(ctx, scope); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(e.out, "%s begins anew\n", scope)
	return err
}

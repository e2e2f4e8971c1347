package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func newBatchCancel(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "cancel OUT",
		Short: "Cancel a submitted batch",
		Long: `Cancel a batch at the provider, and hand nothing more of it over. What was
answered by then costs its price and can be fetched.`,
		Example: "  llmops batch cancel answers.jsonl",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runBatchCancel(cmd.Context(), e, args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func runBatchCancel(ctx context.Context, e *env, output string, asJSON bool) error {
	c, err := e.remoteBatches(ctx)
	if err != nil {
		return err
	}
	s, err := c.Cancel(ctx, output)
	if err != nil {
		return err
	}
	if err := e.printBatchState(output, s, asJSON); err != nil {
		return err
	}
	e.info("fetch what it has: %s", e.again("batch", "fetch", output, "--wait"))
	return nil
}

package cli

import (
	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// usageArgs words what a check has against the number of arguments, and shows which ones the command takes.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		what := "there are too many arguments"
		if tooFew(check, cmd, len(args)) {
			what = "an argument is missing"
		}
		return diag.Errorf("%s: %s", cmd.CommandPath(), what).
			WithHint("usage: %s; see `%s --help`", cmd.UseLine(), cmd.CommandPath())
	}
}

// tooFew reports whether a check would pass with more arguments; no command demands more than eight.
func tooFew(check cobra.PositionalArgs, cmd *cobra.Command, n int) bool {
	for more := n + 1; more <= 8; more++ {
		if check(cmd, make([]string, more)) == nil {
			return true
		}
	}
	return false
}

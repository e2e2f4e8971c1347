package cli

import (
	"github.com/spf13/cobra"
)

func newEval(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "eval",
		Short:   "Run eval suites",
		Example: "  llmops eval run customer-support",
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(newEvalRun(e), newEvalList(e), newEvalShow(e), newEvalTag(e), newEvalDelete(e), newEvalGC(e), newEvalRescore(e), newEvalCases(e), newEvalJudge(e), newEvalReport(e), newEvalView(e), newEvalDiff(e), newEvalBless(e), newEvalComment(e))
	return cmd
}

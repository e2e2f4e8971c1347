package cli

import (
	"github.com/spf13/cobra"
)

func newRoute(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "route",
		Short: "Explain and measure which model the routing rules choose",
		Example: `  llmops route explain "Sum up this letter" --task summarize
  llmops route eval data.jsonl --weak openai/gpt-4o-mini --strong openai/gpt-4o`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(newRouteEval(e), newRouteExplain(e))
	return cmd
}

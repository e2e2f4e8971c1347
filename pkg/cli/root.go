package cli

import (
	"github.com/spf13/cobra"
)

// newRoot lists the commands.
func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "llmops",
		Short: "Run prompts, evals and cost estimates from the command line",
		Long: `llmops runs prompts in earnest: prompts are files with semantic versions,
evals are suites whose runs can be compared, and every call to a model goes
through one engine.`,
		Example: `  llmops init                         # start a project in this directory
  llmops eval run customer-support    # a suite over recorded answers, no key
  llmops chat -m openai/gpt-4o-mini-2024-07-18 "Say hello"`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          group,
	}
	root.SetFlagErrorFunc(usage)
	root.SetHelpFunc(e.showHelp)
	root.SetHelpCommand(newHelp())
	root.SetUsageFunc(func(cmd *cobra.Command) error { cmd.Print(usageText(cmd)); return nil })
	flags := root.PersistentFlags()
	flags.StringVar(&e.configFile, "config", "", "configuration `FILE` instead of the nearest llmops.yaml")
	flags.Var(tenantFlag{&e.tenant}, "tenant", "`NAME` of the tenant that calls are recorded for")
	flags.StringVar(&e.cacheMode, "cache", "", "answers from the cache: on, off or refresh (ask anew and keep)")
	flags.BoolVar(&e.noColor, "no-color", false, "print without colour")
	flags.BoolVarP(&e.quiet, "quiet", "q", false, "print results and errors only")

	root.AddCommand(
		newChat(e),
		newEval(e),
		newBatch(e),
		newPrompt(e),
		newExperiment(e),
		newInit(e),
		newTokens(e),
		newModels(e),
		newRoute(e),
		newCost(e),
		newCache(e),
		newQuota(e),
		newLogs(e),
		newDoctor(e),
		newConfig(e),
		newVersion(e),
		newMan(e),
		helpTopic("exit-codes", "What the exit codes mean"),
		helpTopic("environment", "Variables that llmops reads"),
	)
	root.CompletionOptions.HiddenDefaultCmd = false
	return root
}

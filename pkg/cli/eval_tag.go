package cli

import (
	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

func newEvalTag(e *env) *cobra.Command {
	var force, remove bool
	cmd := &cobra.Command{
		Use:   "tag RUN NAME",
		Short: "Name a stored run",
		Long: `Name a stored run, so that other commands find it by the name, and gc leaves it.
A name is of letters, digits, dots, dashes and underscores.`,
		Example: `  llmops eval tag last release-1.2
  llmops eval tag last release-1.2 --force   # take it from another run
  llmops eval tag release-1.2 --remove`,
		Args: usageArgs(func(cmd *cobra.Command, args []string) error {
			if remove {
				return cobra.ExactArgs(1)(cmd, args)
			}
			return cobra.ExactArgs(2)(cmd, args)
		}),
		RunE: func(_ *cobra.Command, args []string) error {
			return runEvalTag(e, args[0], append(args, "")[1], force)
		},
		ValidArgsFunction: e.completeRuns,
	}
	cmd.Flags().BoolVar(&force, "force", false, "take the name from the run that has it")
	cmd.Flags().BoolVar(&remove, "remove", false, "take the run's name away")
	return cmd
}

func runEvalTag(e *env, name, tag string, force bool) error {
	dir, info, err := e.findRun(name)
	if err != nil {
		return err
	}
	root, err := e.runsRoot()
	if err != nil {
		return err
	}
	if err := eval.Tag(root, dir, tag, force); err != nil {
		return err
	}
	if tag == "" {
		return e.say("run %s has no tag any more", info.ID)
	}
	return e.say("run %s is %s", info.ID, tag)
}

package cli

import (
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

type evalGCOptions struct {
	keep   int
	older  string
	dryRun bool
}

func newEvalGC(e *env) *cobra.Command {
	var o evalGCOptions
	cmd := &cobra.Command{
		Use:   "gc",
		Short: "Delete old runs that nobody named",
		Long: `Delete old runs. Those that have a tag, are blessed as a baseline or are still
going on always stay, and so do those that either flag keeps.`,
		Example: `  llmops eval gc --keep 20 --dry-run
  llmops eval gc --older-than 30d --keep 5`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("keep") {
				o.keep = -1
			} else if o.keep < 0 {
				return diag.Errorf("--keep %d is below zero", o.keep)
			}
			return runEvalGC(e, o)
		},
	}
	cmd.Flags().IntVar(&o.keep, "keep", 0, "leave the newest so many `RUNS` of each suite")
	cmd.Flags().StringVar(&o.older, "older-than", "", "leave runs that are not older than this `AGE`: 30d, 12h")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "only list what would go")
	return cmd
}

func runEvalGC(e *env, o evalGCOptions) error {
	keep := eval.Keep{Newest: o.keep, Age: -1}
	if o.older != "" {
		age, ok := parseAgo(o.older)
		if !ok {
			return diag.Errorf("--older-than %q is no age", o.older).WithHint("for example 30d, 2w or 12h")
		}
		keep.Age = age
	}
	if keep.Newest < 0 && keep.Age < 0 {
		return diag.Errorf("nothing says which runs may go").WithHint("for example --keep 20, or --older-than 30d")
	}
	root, err := e.runsRoot()
	if err != nil {
		return err
	}
	runs, err := eval.Garbage(root, keep, time.Now())
	if err != nil {
		return err
	}
	for _, r := range runs {
		verb := "deleted"
		if o.dryRun {
			verb = "would delete"
		} else if err := eval.Delete(filepath.Join(root, r.ID), false); err != nil {
			return err
		}
		if err := e.say("%s run %s of %s", verb, r.ID, termsafe.Line(r.Suite)); err != nil {
			return err
		}
	}
	if len(runs) == 0 {
		e.info("no run has to go")
	}
	return nil
}

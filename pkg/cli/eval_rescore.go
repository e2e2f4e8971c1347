package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/eval"
)

func newEvalRescore(e *env) *cobra.Command {
	var o evalRunOptions
	cmd := &cobra.Command{
		Use:   "rescore RUN",
		Short: "Score a run's answers by the suite's present scorers",
		Long: `Score the stored answers of a run by its suite's scorers and expectations as
they are now, into a new run. The model is not asked; judges are.`,
		Example: `  llmops eval rescore last
  llmops eval rescore baseline --tag rescored`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd.Flags()); err != nil {
				return err
			}
			return runEvalRescore(cmd.Context(), e, o, args[0])
		},
		ValidArgsFunction: e.completeRuns,
	}
	flags := cmd.Flags()
	flags.StringVar(&o.tag, "tag", "", "`NAME` to find the new run by")
	flags.IntVarP(&o.concurrency, "concurrency", "j", 0, "answers that are scored at once; 0 means the suite's, else the configuration's")
	flags.BoolVar(&o.allowExec, "allow-exec", false, "let the suite's exec scorers run commands")
	flags.StringVar(&o.maxCost, "max-cost", "", "do not spend more than this many `DOLLARS` on judges")
	outputFlag(flags, &o.output)
	jsonFlag(cmd, &o.json)
	return cmd
}

func runEvalRescore(ctx context.Context, e *env, o evalRunOptions, name string) error {
	dir, info, err := e.findRun(name)
	if err != nil {
		return err
	}
	suite, err := e.suiteOfRun(info)
	if err != nil {
		return err
	}
	files, err := newOutputs(o.output)
	if err != nil {
		return err
	}
	run, err := e.rescoreConfig(ctx, o, suite)
	if err != nil {
		return err
	}
	bar := newProgress(e)
	run.Progress = bar.show
	out, err := eval.RescoreRun(ctx, suite, dir, run)
	bar.clear()
	if out == nil || out.Outcome == nil {
		return err
	}
	if out.Gone > 0 {
		e.notice("warning: %s left out, since the suite has their cases no more", plural(out.Gone, "answer"))
	}
	if out.Changed > 0 {
		e.notice("warning: the cases of %s have changed since run %s; they are scored as the cases are now", plural(out.Changed, "answer"), info.ID)
	}
	if err != nil {
		return err
	}
	if err := e.printRun(o, suite, out.Outcome); err != nil {
		return err
	}
	if err := files.write(e, e.reportOf(suite, out.Outcome)); err != nil {
		return err
	}
	return e.evalVerdict(ctx, o, name, out.Outcome, nil)
}

// rescoreConfig is a run's, but that only judges cost anything.
func (e *env) rescoreConfig(ctx context.Context, o evalRunOptions, suite *eval.Suite) (eval.Config, error) {
	limit := o.maxCost
	o.maxCost = ""
	cfg, _, err := e.evalConfig(ctx, o, suite)
	if err != nil || limit == "" {
		return cfg, err
	}
	most, err := parseDollars("--max-cost", limit)
	if err != nil {
		return cfg, err
	}
	meter := &estimate.Meter{Caller: cfg.Caller, Limit: *most}
	eng, err := e.engine(ctx, o.engine(suite))
	if err != nil {
		return cfg, err
	}
	cfg.Tools, err = e.scoreTools(eng, meter, suite, o.allowExec)
	return cfg, err
}

package cli

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

func newEvalBless(e *env) *cobra.Command {
	var tag string
	cmd := &cobra.Command{
		Use:   "bless RUN",
		Short: "Keep a run as a baseline that is committed with its suite",
		Long: `Copy a stored run into its suite's directory as baselines/TAG, with checksums,
so that it can be committed and every clone can compare with it: --baseline TAG.
RUN is a run's id, the beginning of it, its tag, or "last".`,
		Example: `  llmops eval bless last --as main
  git add evalsets/customer-support/baselines/main`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return runEvalBless(e, args[0], tag) },
	}
	cmd.Flags().StringVar(&tag, "as", "", "`TAG` to find the baseline by")
	return cmd
}

func runEvalBless(e *env, name, tag string) error {
	if tag == "" {
		return diag.Errorf("the baseline has no name").WithHint("give it one: llmops eval bless %s --as main", name)
	}
	cfg, err := e.config()
	if err != nil {
		return err
	}
	run, err := eval.FindRun(filepath.Join(cfg.State, "runs"), name)
	if err != nil {
		return err
	}
	info, err := eval.ReadInfo(run)
	if err != nil {
		return err
	}
	if info.Status != eval.StatusComplete {
		return diag.Errorf("run %s is not complete, so it is no baseline", info.ID).
			WithHint("finish it: %s", e.again("eval", "run", info.Suite, "--resume", info.ID))
	}
	suite, err := e.suiteOfRun(info)
	if err != nil {
		return err
	}
	if info.Totals != nil && !info.Totals.Valid {
		e.notice("warning: run %s is not valid: %s", info.ID, termsafe.Line(info.Totals.Invalid))
	}
	if info.Totals != nil && info.Totals.StandIns != nil {
		e.notice("warning: %s", termsafe.Line(info.Totals.StandIns.Sentence(info.Model)))
	}
	dir, err := suite.Bless(run, tag)
	if err != nil {
		return err
	}
	return e.say("%s: run %s is the baseline %s; commit it, and compare with --baseline %s", e.shortPath(dir), info.ID, tag, tag)
}

// suiteOfRun loads the suite that a stored run is of: by its name, else from where it was.
func (e *env) suiteOfRun(info eval.Info) (*eval.Suite, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	root := e.shortPath(cfg.Evalsets)
	for _, name := range []string{info.Suite, info.SuiteDir} {
		if s, err := eval.Find(root, name); err == nil && s.Name == info.Suite {
			return s, nil
		}
	}
	return eval.Find(root, info.Suite)
}

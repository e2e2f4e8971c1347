package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

func newEvalJudge(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "judge",
		Short:   "Compare judges with people, and list their prompts",
		Example: "  llmops eval judge calibrate customer-support --labels human.jsonl",
		Args:    cobra.ArbitraryArgs,
		RunE:    group,
	}
	cmd.AddCommand(newJudgeCalibrate(e), newJudgePrompts(e))
	return cmd
}

// calibrateOptions are the flags of eval judge calibrate.
type calibrateOptions struct {
	labels      string
	run         string
	repeats     int
	concurrency int
	json        bool
	dry         bool
}

func newJudgeCalibrate(e *env) *cobra.Command {
	var o calibrateOptions
	cmd := &cobra.Command{
		Use:   "calibrate SUITE|DIR",
		Short: "Measure how far a suite's judges agree with people",
		Long: `Measure how far a suite's judges agree with people. The labels are lines of
JSON: {"case": ID, "output": TEXT, "pass": true}, with "metric" where the suite
has several judges, and "label" or "score" in place of "pass". Outputs may be
left out where --run names the run that was labelled.

Reported are the share of equal verdicts, Cohen's kappa with its 95 % interval,
the table of verdicts, and how often a verdict changed with the order of the
answers (pairwise) or when the judge was asked again (--repeat). The result is
kept in the suite's directory under calibration/, for gates to look at.`,
		Example: `  llmops eval judge calibrate customer-support --labels human.jsonl
  llmops eval judge calibrate customer-support --labels human.jsonl --run last
  llmops eval judge calibrate ./my-suite --labels human.jsonl --repeat 3 --json`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCalibrate(cmd.Context(), e, o, args[0])
		},
		ValidArgsFunction: e.completeSuites,
	}
	flags := cmd.Flags()
	flags.StringVar(&o.labels, "labels", "", "`FILE` with people's verdicts, a line of JSON each")
	flags.StringVar(&o.run, "run", "", "the outputs are those of this `RUN`: an id, a tag, a path or \"last\"")
	flags.IntVar(&o.repeats, "repeat", 1, "ask the judge so often about each answer, to see whether it changes its mind")
	flags.IntVarP(&o.concurrency, "concurrency", "j", 0, "calls under way at once; 0 means the configuration's")
	flags.BoolVar(&o.dry, "no-save", false, "do not keep the result with the suite")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	return cmd
}

func (o *calibrateOptions) check() error {
	switch {
	case o.labels == "":
		return diag.Errorf("--labels is missing").WithHint(`name a file of lines {"case": "refund-01", "output": "…", "pass": true}`)
	case o.repeats < 1 || o.repeats > 100:
		return diag.Errorf("--repeat %d is not between 1 and 100", o.repeats)
	case o.concurrency < 0 || o.concurrency > config.MaxConcurrency:
		return diag.Errorf("--concurrency %d is not between 0 and %d", o.concurrency, config.MaxConcurrency)
	}
	return nil
}

func runCalibrate(ctx context.Context, e *env, o calibrateOptions, name string) error {
	if err := o.check(); err != nil {
		return err
	}
	cfg, err := e.config()
	if err != nil {
		return err
	}
	suite, err := eval.Find(e.shortPath(cfg.Evalsets), name)
	if err != nil {
		return err
	}
	labels, err := eval.ReadLabels(o.labels)
	if err != nil {
		return err
	}
	run, err := e.labelledRun(o.run, suite.Name, filepath.Join(cfg.State, "runs"))
	if err != nil {
		return err
	}
	eng, err := e.engine(ctx, engineOptions{})
	if err != nil {
		return err
	}
	tools, err := e.scoreTools(eng, eng, suite, false)
	if err != nil {
		return err
	}
	if o.concurrency == 0 {
		o.concurrency = cfg.Eval.Concurrency
	}
	show, clearLine := e.countLine("verdicts")
	list, err := eval.Calibrate(ctx, suite, eval.CalibrateConfig{
		Labels: labels, Tools: tools, Run: run, Repeats: o.repeats, Concurrency: o.concurrency, Progress: show,
	})
	clearLine()
	if err != nil {
		return err
	}
	return e.calibrated(o, suite, list)
}

// calibrated keeps and prints what came of it.
func (e *env) calibrated(o calibrateOptions, suite *eval.Suite, list []*eval.Calibration) error {
	unscored := 0
	for _, c := range list {
		unscored += c.Unscored
		if c.N == 0 || o.dry {
			continue // nothing was learned; an earlier calibration stays
		}
		if err := c.Write(suite.Dir); err != nil {
			return err
		}
	}
	if err := e.printCalibrations(o, suite, list); err != nil {
		return err
	}
	if unscored > 0 {
		return &codedError{exitItems, fmt.Errorf("%s got no verdict of the judge", plural(unscored, "label"))}
	}
	return nil
}

// labelledRun finds a run by id, tag, path or "last" (of the suite); "" is none.
func (e *env) labelledRun(name, suite, root string) (string, error) {
	if name == "" {
		return "", nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name, nil
	}
	runs, err := eval.Runs(root)
	if err != nil {
		return "", err
	}
	slices.Reverse(runs) // the latest first
	var ids []string
	for _, r := range runs {
		if r.Suite != suite {
			continue
		}
		if name == r.ID || name == r.Tag || name == "last" {
			return filepath.Join(root, r.ID), nil
		}
		ids = append(ids, r.ID)
		if r.Tag != "" {
			ids = append(ids, r.Tag)
		}
	}
	return "", diag.Errorf("no run %q of the suite %s in %s", name, suite, e.shortPath(root)).WithHint("%s", diag.DidYouMean(name, ids))
}

func newJudgePrompts(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "prompts [NAME]",
		Short: "List the judges' prompts that come with llmops, or print one",
		Long: `List the judges' prompts that come with llmops, or print one. A prompt of the
same name in the project's registry is used instead: print one into a file
there to change it.`,
		Example: `  llmops eval judge prompts
  mkdir -p prompts/judge-rubric
  llmops eval judge prompts judge-rubric > prompts/judge-rubric/v1.0.0.md`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return e.printJudgePrompt(args[0])
			}
			return e.listJudgePrompts()
		},
	}
}

func (e *env) printJudgePrompt(name string) error {
	v, err := score.BuiltinPrompts().Resolve(name)
	if err != nil {
		return err
	}
	text, err := score.BuiltinPrompts().Source(v.Name, v.Version)
	if err != nil {
		return err
	}
	_, err = e.out.Write(text)
	return err
}

func (e *env) listJudgePrompts() error {
	reg := score.BuiltinPrompts()
	names, err := reg.Names()
	if err != nil {
		return err
	}
	g := &grid{header: []string{"Prompt", "Version", "What it does"}, left: 3}
	for _, name := range names {
		v, err := reg.Resolve(name)
		if err != nil {
			return err
		}
		g.add(score.BuiltinPrefix+name, v.Version, v.Description)
	}
	return e.fitted(g, 2)
}

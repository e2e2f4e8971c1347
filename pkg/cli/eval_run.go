package cli

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

// evalRunOptions are the flags of eval run.
type evalRunOptions struct {
	model       string
	tag         string
	concurrency int
	json        bool
	record      string
	resume      string
	maxCost     string
	idleTimeout time.Duration
	allowExec   bool
	output      []string
	gate        gateFlags
}

func newEvalRun(e *env) *cobra.Command {
	var o evalRunOptions
	cmd := &cobra.Command{
		Use:   "run SUITE|DIR",
		Short: "Ask a model every case of a suite and score the answers",
		Long: `Ask a model every case of a suite and score the answers. A suite is a name
under evalsets/ or the path of a directory with a suite.yaml. The run is kept in
.llmops/runs. A call that fails leaves its case unscored; a run with such cases
ends with exit code 5.`,
		Example: `  llmops eval run customer-support
  llmops eval run customer-support -m ollama/llama3.2 --tag candidate -j 16
  llmops eval run ./my-suite --json
  llmops eval run customer-support -o report.html -o junit.xml
  llmops eval run customer-support --baseline main --fail-on-regression`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("concurrency") && o.concurrency < 1 {
				return diag.Errorf("--concurrency %d is not above zero", o.concurrency)
			}
			if o.concurrency > config.MaxConcurrency {
				return diag.Errorf("--concurrency %d is above %d", o.concurrency, config.MaxConcurrency)
			}
			return runEval(cmd.Context(), e, o, args[0])
		},
		ValidArgsFunction: e.completeSuites,
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.model, "model", "m", "", "ask this `MODEL` instead of the suite's")
	flags.StringVar(&o.tag, "tag", "", "`NAME` to find the run by")
	flags.IntVarP(&o.concurrency, "concurrency", "j", 0, "calls under way at once; 0 means the suite's, else the configuration's")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	flags.StringVar(&o.record, "record", "", "append the answers to this recording `FILE`")
	flags.StringVar(&o.resume, "resume", "", "do what is left of this `RUN`")
	flags.StringVar(&o.maxCost, "max-cost", "", "do not spend more than this many `DOLLARS`, such as 0.50")
	flags.BoolVar(&o.allowExec, "allow-exec", false, "let the suite's exec scorers run commands")
	flags.DurationVar(&o.idleTimeout, "idle-timeout", 0, "longest silence inside an answer")
	outputFlag(flags, &o.output)
	o.gate.declare(cmd)
	return cmd
}

func runEval(ctx context.Context, e *env, o evalRunOptions, name string) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	suite, err := eval.Find(e.shortPath(cfg.Evalsets), name)
	if err != nil {
		return err
	}
	files, err := newOutputs(o.output)
	if err != nil {
		return err
	}
	eng, err := e.engine(ctx, o.engine(suite))
	if err != nil {
		return err
	}
	caller, budget, err := e.budget(ctx, suite, o.model, o.maxCost, eng)
	if err != nil {
		return err
	}
	tools, err := e.scoreTools(eng, caller, suite, o.allowExec)
	if err != nil {
		return err
	}
	run := eval.Config{
		Caller: caller, Prompts: lazyPrompts{e}, Tools: tools, Root: filepath.Join(cfg.State, "runs"), Model: o.model, Tag: o.tag,
		Tenant: cfg.Tenant, Concurrency: concurrency(o, suite, cfg), Resume: o.resume, Tool: "llmops " + version,
		Commit: gitCommit(ctx, suite.Dir),
	}
	gate, err := e.gating(ctx, o.gate, suite, run)
	if err != nil {
		return err
	}
	bar := newProgress(e)
	run.Progress = bar.show
	out, err := eval.Run(ctx, suite, run)
	bar.clear()
	if out == nil {
		return err
	}
	if err == nil {
		if gateErr := gate.judge(ctx, out); gateErr != nil {
			return gateErr
		}
	}
	if printErr := e.printRun(o, suite, out); printErr != nil {
		return printErr
	}
	if fileErr := files.write(e, e.reportOf(suite, out)); fileErr != nil {
		return fileErr
	}
	budget.settle(out)
	e.recordVerdicts(ctx, out)
	if gateErr := errors.Join(gate.print(o.json), gate.verdict()); gateErr != nil {
		return gateErr
	}
	return e.evalVerdict(ctx, o, name, out, err)
}

func (o *evalRunOptions) engine(suite *eval.Suite) engineOptions {
	opts := engineOptions{record: o.record, timeouts: provider.Timeouts{Idle: o.idleTimeout}}
	if o.record != "" {
		model := o.model
		if model == "" {
			model = suite.Model
		}
		opts.header = replay.Header{
			Source: "recorded by llmops eval run " + suite.Name + " --record", Model: model,
			Created: time.Now().UTC().Format(time.RFC3339),
		}
	}
	return opts
}

func concurrency(o evalRunOptions, s *eval.Suite, cfg *config.Config) int {
	switch {
	case o.concurrency > 0:
		return o.concurrency
	case s.Concurrency > 0:
		return min(s.Concurrency, config.MaxConcurrency)
	}
	return cfg.Eval.Concurrency
}

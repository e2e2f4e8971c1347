package cli

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

// evalRunOptions are the flags of eval run.
type evalRunOptions struct {
	over        eval.Over
	repeat      int
	reduce      string
	model       string // of the one cell
	task        string
	tag         string
	concurrency int
	json        bool
	record      string
	resume      string
	retry       bool
	maxCost     string
	meter       *estimate.Meter // of a matrix, whose Caller is still to be set; nil: none
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
ends with exit code 5. Several prompts, models or values of a parameter make a
matrix: a run of each combination, printed side by side.`,
		Example: `  llmops eval run customer-support
  llmops eval run customer-support -m ollama/llama3.2 --tag candidate -j 16
  llmops eval run customer-support -m openai/gpt-4o -m ollama/llama3.2 \
    --param temperature=0,0.7 --repeat 3
  llmops eval run customer-support -o report.html -o junit.xml
  llmops eval run customer-support --baseline main --fail-on-regression`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd.Flags()); err != nil {
				return err
			}
			return runEval(cmd.Context(), e, o, args[0])
		},
		ValidArgsFunction: e.completeSuites,
	}
	o.declare(cmd)
	return cmd
}

func (o *evalRunOptions) declare(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&o.over.Prompts, "prompt", "p", nil, "use this version of a prompt, `REF`, instead of the suite's; may be repeated")
	flags.StringArrayVarP(&o.over.Models, "model", "m", nil, "ask this `MODEL` instead of the suite's; may be repeated")
	flags.StringArrayVar(&o.over.Params, "param", nil, "`NAME=VALUE[,VALUE...]` of temperature, top_p, max_tokens or seed")
	flags.IntVar(&o.repeat, "repeat", 0, "ask each case so many `TIMES`; 0 means as often as the suite says")
	flags.StringVar(&o.reduce, "reduce", "", "make one value of repeats by `HOW`: mean, mode, pass@k, pass^k")
	flags.StringVar(&o.task, "task", "", "what the calls are for, as the `NAME` that routing rules know it by")
	flags.StringVar(&o.tag, "tag", "", "`NAME` to find the run by; -1, -2 are appended in a matrix")
	flags.IntVarP(&o.concurrency, "concurrency", "j", 0, "calls under way at once; 0 means the suite's, else the configuration's")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	flags.StringVar(&o.record, "record", "", "append the answers to this recording `FILE`")
	flags.StringVar(&o.resume, "resume", "", "do what is left of this `RUN` or matrix")
	flags.BoolVar(&o.retry, "retry-failed", false, "with --resume: ask again where a call failed, and score again what is unscored")
	flags.StringVar(&o.maxCost, "max-cost", "", "do not spend more than this many `DOLLARS`, such as 0.50")
	flags.BoolVar(&o.allowExec, "allow-exec", false, "let the suite's exec scorers run commands")
	flags.DurationVar(&o.idleTimeout, "idle-timeout", 0, "longest silence inside an answer")
	outputFlag(flags, &o.output)
	o.gate.declare(cmd)
}

func (o *evalRunOptions) check(flags *pflag.FlagSet) error {
	switch {
	case flags.Changed("concurrency") && o.concurrency < 1:
		return diag.Errorf("--concurrency %d is not above zero", o.concurrency)
	case o.concurrency > config.MaxConcurrency:
		return diag.Errorf("--concurrency %d is above %d", o.concurrency, config.MaxConcurrency)
	case flags.Changed("repeat") && o.repeat < 1:
		return diag.Errorf("--repeat %d is not above zero", o.repeat)
	case o.retry && o.resume == "":
		return diag.Errorf("--retry-failed goes on with a run, and none is named").WithHint("add --resume RUN, such as --resume last")
	}
	return nil
}

// runEval gathers what is to be run and runs it.
func runEval(ctx context.Context, e *env, o evalRunOptions, name string) error {
	suite, cells, err := e.evalCells(&o, name)
	if err != nil {
		return err
	}
	if len(cells) > 1 {
		return e.runMatrix(ctx, o, suite, cells, name)
	}
	if suite, err = suite.With(cells[0]); err != nil {
		return err
	}
	o.model = cells[0].Model
	return e.runOne(ctx, o, suite, name)
}

// evalCells loads the suite and lists the runs to make. A run or matrix that is resumed brings its own.
func (e *env) evalCells(o *evalRunOptions, name string) (*eval.Suite, []eval.Cell, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, nil, err
	}
	suite, err := eval.Find(e.shortPath(cfg.Evalsets), name)
	if err != nil {
		return nil, nil, err
	}
	suite.Task = cmp.Or(o.task, suite.Task)
	if o.resume != "" {
		if suite, cells, err := e.resumed(o, suite); err != nil || len(cells) > 0 {
			return suite, cells, err
		}
	}
	if o.repeat > 0 {
		suite.Repeat = o.repeat
	}
	if o.reduce != "" {
		if err := suite.SetReduce(o.reduce); err != nil {
			return nil, nil, err
		}
	}
	cells, err := suite.Cells(o.over)
	return suite, cells, err
}

// runOne runs one cell, prints what came of it and gives the verdict.
func (e *env) runOne(ctx context.Context, o evalRunOptions, suite *eval.Suite, name string) error {
	files, err := newOutputs(o.output)
	if err != nil {
		return err
	}
	run, budget, err := e.evalConfig(ctx, o, suite)
	if err != nil {
		return err
	}
	gate, err := e.gating(ctx, o.gate, suite, run)
	if err != nil {
		return e.tellRefused(err, o, run.Root)
	}
	bar := newProgress(e)
	run.Progress = bar.show
	passed := e.newVerdicts()
	run.Kept = passed.keep
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
	shown := e.reportOf(suite, out)
	if gate != nil && gate.result != nil {
		shown.Gate = &gate.shown
	}
	if fileErr := files.write(e, shown); fileErr != nil {
		return fileErr
	}
	budget.settle(out)
	e.recordVerdicts(ctx, passed)
	if gateErr := errors.Join(gate.print(o.json), gate.verdict()); gateErr != nil {
		return gateErr
	}
	return e.evalVerdict(ctx, o, name, out, err)
}

// evalConfig is how one run is made.
func (e *env) evalConfig(ctx context.Context, o evalRunOptions, suite *eval.Suite) (eval.Config, *spending, error) {
	cfg, err := e.config()
	if err != nil {
		return eval.Config{}, nil, err
	}
	commit := sync.OnceValue(func() string { return gitCommit(ctx, suite.Dir) })
	go commit() // git takes a while
	eng, err := e.engine(ctx, o.engine(suite))
	if err != nil {
		return eval.Config{}, nil, err
	}
	caller, budget, err := e.budget(ctx, suite, o.model, o.maxCost, eng)
	if err != nil {
		return eval.Config{}, nil, err
	}
	if o.meter != nil {
		o.meter.Caller = caller
		caller = o.meter
	}
	tools, err := e.scoreTools(eng, caller, suite, o.allowExec)
	return eval.Config{
		Caller: caller, Prompts: lazyPrompts{e}, Tools: tools, Root: filepath.Join(cfg.State, "runs"), Model: o.model, Tag: o.tag,
		Tenant: cfg.Tenant, Concurrency: concurrency(o, suite, cfg), Resume: o.resume, Retry: o.retry, Tool: "llmops " + version,
		Commit: commit,
	}, budget, err
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

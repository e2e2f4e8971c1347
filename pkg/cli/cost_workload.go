package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// workload is what is estimated.
type workload struct {
	Kind string // "suite", "batch", "prompt" or "trace"
	Name string
	run  func(ctx context.Context, est *estimate.Estimator) error

	traced estimate.Traced // of a trace, after run
}

// workload finds out what is meant: a trace, a batch file, a suite or a prompt.
func (e *env) workload(o estimateOptions, arg string) (*workload, error) {
	isFile := strings.HasSuffix(arg, ".jsonl") || arg == "-"
	switch {
	case o.trace != "" && (arg != "" || o.prompt != ""):
		return nil, diag.Errorf("--trace has its own requests: it goes with no prompt, suite or batch file")
	case o.trace != "" && len(o.models) == 0:
		return nil, diag.Errorf("a trace names no model").WithHint("name one or more: -m openai/gpt-4o-mini-2024-07-18")
	case o.trace != "":
		return e.traceWorkload(o), nil
	case isFile:
		return e.batchWorkload(o, arg), nil
	case arg != "" && o.prompt != "":
		return nil, diag.Errorf("--prompt goes with a batch file, not with a suite: the suite names its prompt")
	case arg != "":
		return e.suiteWorkload(o, arg)
	case o.prompt != "":
		return e.promptWorkload(o)
	}
	return nil, diag.Errorf("there is nothing to estimate").
		WithHint("name a suite or a batch file, or give --prompt NAME@VERSION or --trace FILE.csv")
}

func (e *env) traceWorkload(o estimateOptions) *workload {
	w := &workload{Kind: "trace", Name: o.trace}
	w.run = func(_ context.Context, est *estimate.Estimator) error {
		f, err := openInput("--trace", o.trace)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // only read from
		w.traced, err = estimate.Trace(o.trace, f, func(in, out int64) error { return est.Known(in, out, 1) })
		return err
	}
	return w
}

func (e *env) batchWorkload(o estimateOptions, path string) *workload {
	w := &workload{Kind: "batch", Name: path}
	w.run = func(ctx context.Context, est *estimate.Estimator) error {
		if path == "-" {
			return estimate.Batch(ctx, "standard input", e.in, o.prompt, est.Add)
		}
		f, err := openInput("batch file", path)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // only read from
		return estimate.Batch(ctx, path, f, o.prompt, est.Add)
	}
	return w
}

func (e *env) suiteWorkload(o estimateOptions, name string) (*workload, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	suite, err := eval.Find(e.shortPath(cfg.Evalsets), name)
	if err != nil {
		return nil, err
	}
	model := ""
	if len(o.models) > 0 {
		model = o.models[0]
	} else if judged, err := estimate.HasJudges(suite); err != nil {
		return nil, err
	} else if strings.HasPrefix(suite.Model, "replay/") && !judged {
		return nil, diag.Errorf("the suite %s replays recorded answers, which cost nothing", suite.Name).
			WithHint("name the model that is to be priced: -m openai/gpt-4o-mini-2024-07-18")
	}
	return &workload{Kind: "suite", Name: suite.Name, run: func(ctx context.Context, est *estimate.Estimator) error {
		return e.estimateSuite(ctx, suite, model, est)
	}}, nil
}

func (e *env) promptWorkload(o estimateOptions) (*workload, error) {
	vars, err := e.variables(o.varsFile, o.vars)
	if err != nil {
		return nil, err
	}
	return &workload{Kind: "prompt", Name: o.prompt, run: func(ctx context.Context, est *estimate.Estimator) error {
		return est.Add(ctx, estimate.Call{Call: engine.Call{Prompt: o.prompt, Vars: vars}})
	}}, nil
}

// openInput opens a file that the command line names.
func openInput(what, path string) (*os.File, error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, diag.Errorf("%s: %w", what, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close() // nothing was read
		return nil, diag.Errorf("%s: %s is a directory, not a file", what, path)
	}
	return f, nil
}

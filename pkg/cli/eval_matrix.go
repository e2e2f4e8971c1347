package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/report"
)

// runMatrix runs the suite for each cell, prints the runs side by side and gives the verdict on all.
func (e *env) runMatrix(ctx context.Context, o evalRunOptions, suite *eval.Suite, cells []eval.Cell, name string) error {
	if o.gate.baseline != "" || o.record != "" {
		return diag.Errorf("--baseline and --record take one run, and this is a matrix of %d", len(cells)).
			WithHint("choose one prompt, one model and one value of each parameter")
	}
	files, err := newOutputs(o.output)
	if err != nil {
		return err
	}
	if o.meter, err = e.matrixLimit(ctx, suite, cells, o.maxCost); err != nil {
		return err
	}
	o.maxCost = "" // of the whole, and not of each
	run, _, err := e.evalConfig(ctx, o, suite)
	if err != nil {
		return err
	}
	bar := newProgress(e)
	run.Progress = bar.show
	passed := e.newVerdicts()
	run.Kept = passed.keep
	m, err := eval.RunMatrix(ctx, suite, cells, run)
	bar.clear()
	if err != nil {
		return err
	}
	if err := e.printMatrix(o, suite, m); err != nil {
		return err
	}
	var runs []report.Run
	for _, r := range m.Runs {
		if r.Outcome != nil {
			runs = append(runs, e.reportOf(suite, r.Outcome))
		}
	}
	e.recordVerdicts(ctx, passed)
	if err := files.write(e, runs...); err != nil {
		return err
	}
	return e.matrixVerdict(ctx, m, name)
}

// matrixLimit holds all runs together to a limit of cost, their judges too; nil where there is none.
func (e *env) matrixLimit(ctx context.Context, suite *eval.Suite, cells []eval.Cell, limit string) (*estimate.Meter, error) {
	if limit == "" {
		return nil, nil
	}
	most, err := parseDollars("--max-cost", limit)
	if err != nil {
		return nil, err
	}
	var sum estimate.Cost
	var perCall llm.Money
	for _, c := range cells {
		as, err := suite.With(c)
		if err != nil {
			return nil, err
		}
		est, err := e.estimateRun(ctx, as, c.Model)
		if err != nil {
			return nil, err
		}
		cost, missing := est.cost()
		if cost == nil {
			return nil, diag.Errorf("%s is unpriced, so --max-cost cannot hold: %s", missing.Model, missing.Unpriced).
				WithHint("set its price under prices: in llmops.yaml")
		}
		sum.Low, sum.Expected, sum.High = sum.Low+cost.Low, sum.Expected+cost.Expected, sum.High+cost.High
		perCall = max(perCall, est.perCall())
	}
	if sum.Low > *most {
		return nil, &codedError{exitBudget, fmt.Errorf("the matrix costs %s at the least, above --max-cost %s; no call was made", dollars(sum.Low), *most)}
	}
	e.info("estimated cost: %s (%s to %s)", dollars(sum.Expected), dollars(sum.Low), dollars(sum.High))
	return &estimate.Meter{Limit: *most, PerCall: perCall}, nil
}

// matrixVerdict is the worst of what the runs say.
func (e *env) matrixVerdict(ctx context.Context, m *eval.Matrix, name string) error {
	var errs []error
	again, failed := false, 0
	var invalid string
	for i, r := range m.Runs {
		switch {
		case r.Err != nil:
			again = true
			errs = append(errs, fmt.Errorf("run %d: %w", i+1, r.Err))
		case !r.Outcome.Result.Valid && invalid == "":
			invalid = fmt.Sprintf("run %d is not valid: %s", i+1, r.Outcome.Result.Invalid)
		}
		if r.Outcome != nil {
			failed += r.Outcome.Result.Errors
		}
	}
	if again {
		err := errors.Join(errs...)
		if ctx.Err() != nil {
			e.notice("stopped; what is finished is kept")
			err = &silentError{err}
		}
		if slices.ContainsFunc(m.Runs, func(r eval.CellRun) bool { return r.Outcome != nil && r.Outcome.Dir != "" }) {
			e.notice("go on with: %s", e.again("eval", "run", name, "--resume", m.ID))
		}
		return err
	}
	if invalid != "" || failed > 0 {
		i := slices.IndexFunc(m.Runs, func(r eval.CellRun) bool { return r.Outcome.Result.Errors > 0 || mostUnscored(&r.Outcome.Result) > 0 })
		if i >= 0 {
			e.offerRetry(name, m.Runs[i].Outcome)
		}
	}
	switch {
	case invalid != "":
		return &codedError{exitItems, errors.New(invalid)}
	case failed > 0:
		return &codedError{exitItems, fmt.Errorf("%s failed; their cases are unscored", plural(failed, "call"))}
	}
	return nil
}

// resumed finds what --resume names. A matrix gives its cells; of a single run the suite is made what it was
// begun with, and where flags ask for something else, the engine's check says so.
func (e *env) resumed(o *evalRunOptions, suite *eval.Suite) (*eval.Suite, []eval.Cell, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, nil, err
	}
	root := filepath.Join(cfg.State, "runs")
	plain := len(o.over.Prompts)+len(o.over.Models)+len(o.over.Params) == 0 && o.repeat == 0 && o.reduce == ""
	if cells, runs, of, ok := eval.FindMatrix(root, o.resume); ok {
		switch {
		case of != suite.Name:
			return nil, nil, diag.Errorf("%s is a matrix of suite %s, not of %s", o.resume, of, suite.Name)
		case !plain:
			return nil, nil, diag.Errorf("a matrix is resumed with the prompts, models and parameters that it was begun with").
				WithHint("leave out the flags that choose them")
		}
		for _, id := range runs {
			info, err := eval.ReadInfo(filepath.Join(root, id))
			if err != nil {
				return nil, nil, err
			}
			as := suite.Like(info)
			as.Task = cmp.Or(o.task, as.Task)
			return as, cells, nil
		}
	}
	dir, err := eval.FindRun(root, o.resume)
	if err != nil {
		return nil, nil, err
	}
	info, err := eval.ReadInfo(dir)
	if err != nil {
		return nil, nil, err
	}
	if info.RescoredOf != "" {
		return nil, nil, diag.Errorf("run %s holds answers of run %s scored anew; no call is left to make", info.ID, info.RescoredOf)
	}
	o.resume = info.ID
	if info.Suite != suite.Name || !plain {
		return suite, nil, nil // what differs is told by eval.Run
	}
	as := suite.Like(info)
	as.Task = cmp.Or(o.task, as.Task) // of another one eval.Run tells that it differs
	return as, []eval.Cell{{Prompt: as.Prompt, Model: as.Model, Params: as.Params}}, nil
}

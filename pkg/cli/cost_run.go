package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// budget holds an eval run to --max-cost.
type budget struct {
	e     *env
	est   estimate.Estimate
	meter *estimate.Meter
}

// budget estimates a run, refuses it when even the low end is above maxCost, and gives the caller that keeps
// the run below it. With maxCost "" the caller is
// returned as it is, and the estimate is there for settle to compare where one could be made.
func (e *env) budget(ctx context.Context, suite *eval.Suite, model, maxCost string, caller eval.Caller) (eval.Caller, *budget, error) {
	if maxCost == "" {
		return caller, e.estimated(ctx, suite, model), nil
	}
	limit, err := parseDollars("--max-cost", maxCost)
	if err != nil {
		return nil, nil, err
	}
	if strings.HasPrefix(cmp.Or(model, suite.Model), "replay/") {
		e.info("recorded answers cost nothing")
		return caller, nil, nil
	}
	est, err := e.estimateRun(ctx, suite, model)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case est.Cost == nil:
		return nil, nil, diag.Errorf("%s is unpriced, so --max-cost cannot hold: %s", est.Model, est.Unpriced).
			WithHint("set its price under prices: in llmops.yaml")
	case est.Cost.Low > *limit:
		return nil, nil, &codedError{exitBudget, fmt.Errorf("the run costs %s at the least, above --max-cost %s; no call was made", dollars(est.Cost.Low), *limit)}
	}
	e.info("estimated cost: %s (%s to %s)", dollars(est.Cost.Expected), dollars(est.Cost.Low), dollars(est.Cost.High))
	b := &budget{e: e, est: est, meter: &estimate.Meter{Caller: caller, Limit: *limit}}
	if per := est.Cost.Scale(1, est.Calls); per != nil && est.Predicted() {
		b.meter.PerCall = per.Expected
	}
	return b.meter, b, nil
}

// estimated is the estimate of a run without a limit, nil where none can be made: recorded answers cost
// nothing, and a model may be unpriced or count its tokens in a way that is not known.
func (e *env) estimated(ctx context.Context, suite *eval.Suite, model string) *budget {
	if model == "" {
		model = suite.Model
	}
	if strings.HasPrefix(model, "replay/") {
		return nil
	}
	est, err := e.estimateRun(ctx, suite, model)
	if err != nil || est.Cost == nil {
		return nil // the run itself says what is wrong with it
	}
	return &budget{e: e, est: est}
}

func (e *env) estimateRun(ctx context.Context, suite *eval.Suite, model string) (estimate.Estimate, error) {
	f := estimateFlags{}
	if model != "" {
		f.models = []string{model}
	}
	est, err := e.estimator(ctx, f, time.Now())
	if err != nil {
		return estimate.Estimate{}, err
	}
	if err := estimate.Suite(ctx, suite, lazyPrompts{e}, model, est.Add); err != nil {
		return estimate.Estimate{}, err
	}
	models := est.Models()
	if len(models) != 1 {
		return estimate.Estimate{}, diag.Errorf("--max-cost holds runs of one model, and this one has %d", len(models))
	}
	return models[0], nil
}

// settle puts what the run cost beside the estimate, and keeps both with the run: later estimates learn
// from it. A nil budget does nothing.
func (b *budget) settle(out *eval.Outcome) {
	if b == nil || out == nil || out.Dir == "" {
		return
	}
	answered := int64(0)
	var u *llm.Usage
	if out.Result.Usage != nil {
		u = out.Result.Usage
		answered = int64(out.Result.Cases*max(1, out.Info.Repeat) - out.Result.Errors - out.Result.Unknown)
	}
	kept := b.est.Settle(answered, u, out.Result.Cost)
	if err := kept.Write(out.Dir); err != nil {
		b.e.notice("warning: the estimate is not kept with the run: %v", err)
	}
	off := ""
	if kept.Error != nil {
		off = fmt.Sprintf(" (%+.1f %%)", 100**kept.Error)
	}
	b.e.info("cost: estimated %s (%s to %s), actual %s%s", dollars(b.est.Cost.Expected), dollars(b.est.Cost.Low), dollars(b.est.Cost.High),
		price(out.Result.Cost), off)
}

package cli

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// spending holds an eval run to --max-cost.
type spending struct {
	e     *env
	est   runEstimate
	cost  estimate.Cost
	meter *estimate.Meter
}

// budget estimates a run, refuses it when even the low end is above maxCost, and gives the caller that keeps
// the run below it. With maxCost "" the caller is
// returned as it is, and the estimate is there for settle to compare where one could be made.
func (e *env) budget(ctx context.Context, suite *eval.Suite, model, maxCost string, caller eval.Caller) (eval.Caller, *spending, error) {
	if maxCost == "" {
		return caller, e.estimated(ctx, suite, model), nil
	}
	limit, err := parseDollars("--max-cost", maxCost)
	if err != nil {
		return nil, nil, err
	}
	if recordedModel(suite, model) {
		judged, err := estimate.HasJudges(suite)
		if err != nil {
			return nil, nil, err
		}
		if !judged {
			e.info("recorded answers cost nothing")
			return caller, nil, nil
		}
	}
	est, err := e.estimateRun(ctx, suite, model)
	if err != nil {
		return nil, nil, err
	}
	cost, missing := est.cost()
	switch {
	case cost == nil:
		return nil, nil, diag.Errorf("%s is unpriced, so --max-cost cannot hold: %s", missing.Model, missing.Unpriced).
			WithHint("set its price under prices: in llmops.yaml")
	case cost.Low > *limit:
		return nil, nil, &codedError{exitBudget, fmt.Errorf("the run costs %s at the least, above --max-cost %s; no call was made", dollars(cost.Low), *limit)}
	}
	e.info("estimated cost: %s (%s to %s)", dollars(cost.Expected), dollars(cost.Low), dollars(cost.High))
	b := &spending{e: e, est: est, cost: *cost, meter: &estimate.Meter{Caller: caller, Limit: *limit, PerCall: est.perCall()}}
	return b.meter, b, nil
}

// estimated is the estimate of a run without a limit, nil where none can be made: recorded answers cost
// nothing, and a model may be unpriced or count its tokens in a way that is not known.
func (e *env) estimated(ctx context.Context, suite *eval.Suite, model string) *spending {
	if recordedModel(suite, model) && !suite.Judged() { // judges of single cases are not worth another reading of all
		return nil
	}
	if e.unpriced(cmp.Or(model, suite.Model)) { // all cases would be read for nothing
		return nil
	}
	est, err := e.estimateRun(ctx, suite, model)
	if err != nil {
		return nil // the run itself says what is wrong with it
	}
	cost, _ := est.cost()
	if cost == nil {
		return nil
	}
	return &spending{e: e, est: est, cost: *cost}
}

// unpriced tells whether a model is named that has no price.
func (e *env) unpriced(model string) bool {
	ref, err := e.modelRef(model)
	if err != nil || ref == "" {
		return false
	}
	price, err := e.pricer()
	return err == nil && ref != route.Auto && price(ref, &llm.Usage{UncachedInput: 1, Output: 1}) == nil
}

func (e *env) estimateRun(ctx context.Context, suite *eval.Suite, model string) (runEstimate, error) {
	f := estimateFlags{}
	if model = cmp.Or(model, suite.Model); model != "" && !recordedModel(suite, model) {
		f.models = []string{model}
	}
	est, err := e.estimator(ctx, f, time.Now())
	if err != nil {
		return runEstimate{}, err
	}
	if err := e.estimateSuite(ctx, suite, model, est); err != nil {
		return runEstimate{}, err
	}
	var out runEstimate
	for _, m := range est.Models() {
		switch {
		case m.Judge:
			out.judges = append(out.judges, m)
		default:
			out.answers = append(out.answers, m)
		}
	}
	return out, nil
}

// settle puts what the run cost beside the estimate, and keeps both with the run: later estimates learn
// from it. A nil spending does nothing.
func (b *spending) settle(out *eval.Outcome) {
	if b == nil || out == nil || out.Dir == "" {
		return
	}
	b.keep(out)
	actual, off := spent(out), ""
	if whole := out.Result.Errors == 0 && out.Result.Unknown == 0 && out.Info.Status == eval.StatusComplete; actual != nil && whole && b.cost.Expected > 0 {
		off = fmt.Sprintf(" (%+.1f %%)", 100*(float64(*actual)/float64(b.cost.Expected)-1))
	}
	if j := out.Result.Judges; j != nil {
		off += fmt.Sprintf(", of which judges %s", price(j.Cost))
	}
	b.e.info("cost: estimated %s (%s to %s), actual %s%s", dollars(b.cost.Expected), dollars(b.cost.Low), dollars(b.cost.High), price(actual), off)
}

// keep writes what was expected of the answers, and what they took, beside the run.
func (b *spending) keep(out *eval.Outcome) {
	if len(b.est.answers) != 1 { // what several models took is known together only
		return
	}
	answered := int64(0)
	if out.Result.Usage != nil {
		answered = int64(out.Result.Cases*max(1, out.Info.Repeat) - out.Result.Errors - out.Result.Unknown)
	}
	if err := b.est.answers[0].Settle(answered, out.Result.Usage, out.Result.Cost).Write(out.Dir); err != nil {
		b.e.notice("warning: the estimate is not kept with the run: %v", err)
	}
}

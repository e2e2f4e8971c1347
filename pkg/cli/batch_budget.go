package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// batchBudget gives the caller that holds the batch to --max-cost. What an earlier run spent is a part of
// it. Without the flag it is the caller as it is.
func (e *env) batchBudget(ctx context.Context, o batchRunOptions, bc batch.Config, before batch.Summary, caller batch.Caller) (batch.Caller, error) {
	if o.maxCost == "" {
		return caller, nil
	}
	limit, err := parseDollars("--max-cost", o.maxCost)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(o.model, "replay/") {
		e.info("recorded answers cost nothing")
		return caller, nil
	}
	meter := &estimate.Meter{Caller: caller, Limit: *limit}
	if before.Cost != nil {
		meter.Already = *before.Cost
	}
	if bc.Input.Reader != nil {
		if o.model == "" {
			return nil, diag.Errorf("--max-cost and standard input need a model that all records have").WithHint("name it: -m openai/gpt-4o-mini")
		}
		return meter, e.mustBePriced(o.model)
	}
	estimated, err := e.estimateBatch(ctx, o, bc, nil)
	if err != nil {
		return nil, err
	}
	all, perCall, err := e.batchCost(estimated.models)
	if err != nil {
		return nil, err
	}
	if all == nil {
		e.info("what it costs is not known beforehand; calls under way when --max-cost is reached may exceed it")
		return meter, nil
	}
	if all.Low > *limit {
		return nil, &codedError{exitBudget, fmt.Errorf("the batch costs %s at the least, above --max-cost %s; no call was made", dollars(all.Low), *limit)}
	}
	e.info("estimated cost: %s", costBand(all))
	meter.PerCall = perCall
	return meter, nil
}

// batchCost adds up what the models' calls cost, nil where that is not known beforehand. perCall is 0 where
// it is no prediction.
func (e *env) batchCost(models []estimate.Estimate) (all *estimate.Cost, perCall llm.Money, _ error) {
	var sum estimate.Cost
	calls, known, predicted := int64(0), true, true
	for _, m := range models {
		switch {
		case m.Cost == nil && m.Output != nil:
			return nil, 0, unpricedBatch(m.Model, m.Unpriced)
		case m.Cost == nil: // of unknown length: its price matters, and that is there or not
			if err := e.mustBePriced(m.Model); err != nil {
				return nil, 0, err
			}
			known = false
			continue
		}
		sum = estimate.Cost{Low: sum.Low + m.Cost.Low, Expected: sum.Expected + m.Cost.Expected, High: sum.High + m.Cost.High}
		calls, predicted = calls+m.Calls, predicted && m.Predicted()
	}
	if !known {
		return nil, 0, nil
	}
	if per := sum.Scale(1, calls); per != nil && predicted {
		perCall = per.Expected
	}
	return &sum, perCall, nil
}

// mustBePriced checks that a model has a price, for auto each that the rules may choose. Where what a call costs is not known beforehand, those
// under way at once may exceed the limit by their own cost.
func (e *env) mustBePriced(model string) error {
	ref, err := e.modelRef(model)
	if err != nil {
		return err
	}
	if ref == route.Auto {
		for _, r := range e.parts().cfg.Route {
			if err := e.mustBePriced(r.Model); err != nil {
				return err
			}
		}
		return nil
	}
	price, err := e.pricer()
	if err != nil {
		return err
	}
	if price(ref, &llm.Usage{UncachedInput: 1, Output: 1}) == nil {
		return unpricedBatch(ref, "the catalog has no price for it")
	}
	return nil
}

func unpricedBatch(model, why string) error {
	return diag.Errorf("%s is unpriced, so --max-cost cannot hold: %s", model, why).WithHint("set its price under prices: in llmops.yaml")
}

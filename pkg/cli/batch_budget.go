package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
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
		meter.Limit -= *before.Cost
	}
	if bc.Input.Reader != nil {
		return meter, e.mustBePriced(o)
	}
	estimated, err := e.estimateBatch(ctx, o, bc, nil)
	if err != nil {
		return nil, err
	}
	var all estimate.Cost
	calls, predicted := int64(0), true
	for _, m := range estimated.models {
		if m.Cost == nil {
			return nil, unpricedBatch(m.Model, m.Unpriced)
		}
		all = estimate.Cost{Low: all.Low + m.Cost.Low, Expected: all.Expected + m.Cost.Expected, High: all.High + m.Cost.High}
		calls, predicted = calls+m.Calls, predicted && m.Predicted()
	}
	if all.Low > *limit {
		return nil, &codedError{exitBudget, fmt.Errorf("the batch costs %s at the least, above --max-cost %s; no call was made", dollars(all.Low), *limit)}
	}
	e.info("estimated cost: %s (%s to %s)", dollars(all.Expected), dollars(all.Low), dollars(all.High))
	if per := all.Scale(1, calls); per != nil && predicted {
		meter.PerCall = per.Expected
	}
	return meter, nil
}

// mustBePriced checks the model of a batch that cannot be read twice. Its calls under way at once may
// exceed the limit by their own cost: what a call is expected to cost is not known beforehand.
func (e *env) mustBePriced(o batchRunOptions) error {
	if o.model == "" {
		return diag.Errorf("--max-cost and standard input need a model that all records have").WithHint("name it: -m openai/gpt-4o-mini")
	}
	ref, err := e.modelRef(o.model)
	if err != nil {
		return err
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

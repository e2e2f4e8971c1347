package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// runEstimate is what a run is expected to cost.
type runEstimate struct {
	answers []estimate.Estimate // by model, several where rules choose it; none where they are recorded
	judges  []estimate.Estimate // by model
}

// estimateSuite adds the calls of a suite and of its judges. model is as for eval.Config. Recorded answers
// cost nothing and are not added.
func (e *env) estimateSuite(ctx context.Context, suite *eval.Suite, model string, est *estimate.Estimator) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	if !recordedModel(suite, model) {
		if err := estimate.Suite(ctx, suite, lazyPrompts{e}, model, est.Add); err != nil {
			return err
		}
		if !suite.Judged() { // all cases have been read
			return nil
		}
	}
	o := estimate.JudgesOf{Prompts: lazyPrompts{e}, Model: cfg.Eval.JudgeModel}
	for _, m := range est.Models() {
		if m.Output != nil && m.Calls > 0 && m.Output.Expected/m.Calls >= o.Answer.Expected { // the longest of several models
			o.Answer = estimate.Band{Low: m.Output.Low / m.Calls, Expected: m.Output.Expected / m.Calls, High: (m.Output.High + m.Calls - 1) / m.Calls}
		}
	}
	return estimate.Judges(ctx, suite, o, est.Add)
}

func recordedModel(suite *eval.Suite, model string) bool {
	return strings.HasPrefix(cmp.Or(model, suite.Model), "replay/")
}

// parts are all of it.
func (r runEstimate) parts() []estimate.Estimate {
	return slices.Concat(r.answers, r.judges)
}

// cost is the sum; nil where a part is unpriced, which is then returned.
func (r runEstimate) cost() (*estimate.Cost, *estimate.Estimate) {
	sum := new(estimate.Cost)
	for _, p := range r.parts() {
		if p.Cost == nil {
			return nil, &p
		}
		sum.Low += p.Cost.Low
		sum.Expected += p.Cost.Expected
		sum.High += p.Cost.High
	}
	return sum, nil
}

// perCall is the expected cost of a call, 0 where the lengths of answers were not predicted.
func (r runEstimate) perCall() llm.Money {
	calls := int64(0)
	for _, p := range r.parts() {
		if !p.Predicted() {
			return 0
		}
		calls += p.Calls
	}
	cost, _ := r.cost()
	if per := cost.Scale(1, calls); per != nil {
		return per.Expected
	}
	return 0
}

// spent is what a run cost; nil where some of it has no price.
func spent(out *eval.Outcome) *llm.Money {
	j := out.Result.Judges
	switch {
	case j == nil:
		return out.Result.Cost
	case j.Unpriced > 0 || out.Result.Cost == nil && out.Result.Unpriced > 0 && !strings.HasPrefix(out.Info.Model, "replay/"):
		return nil
	}
	sum := *j.Cost
	if out.Result.Cost != nil {
		sum += *out.Result.Cost
	}
	return &sum
}

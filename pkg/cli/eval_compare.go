package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/report"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// side is one of the two runs of a comparison. suite is nil where it is not known any more; it is needed to
// score stored answers anew and to ask cases again.
type side struct {
	suite  *eval.Suite
	dir    string
	info   eval.Info
	config eval.Config
	asking func() (*eval.Asker, error) // nil: by suite and config
}

// comparison is what compare is asked.
type comparison struct {
	baseline, candidate *side
	config              *gate.Config
	name                string       // of the baseline
	rerun               bool         // confirm what seems broken by asking again, and judges about a baseline that they did not judge
	bind                func() error // readies the scorers of the candidate's suite; nil where they are
}

// compare judges two stored runs, and gathers what is shown of the verdict.
func (e *env) compare(ctx context.Context, c comparison) (*gate.Result, report.Gate, error) {
	var shown report.Gate
	baseline, candidate, err := gate.LoadBoth(c.baseline.dir, c.candidate.dir)
	if err != nil {
		return nil, shown, err
	}
	if baseline, err = e.rescored(ctx, baseline, candidate, c); err != nil {
		return nil, shown, err
	}
	o := gate.Options{Config: c.config, Baseline: c.name, Concurrency: c.candidate.config.Concurrency}
	if suite := c.candidate.suite; suite != nil {
		o.MaxUnscored = suite.MaxUnscored
		o.Doubt = func(metric string, l gate.Limit) string {
			return eval.Doubt(suite.Dir, candidate.Info, metric, l.MinKappa, l.Labels())
		}
		o.Judge = judgedBy(suite)
	}
	if c.rerun {
		o.Rerunner = newRerunner(e, c)
	}
	result, err := gate.Judge(ctx, baseline, candidate, o)
	if err != nil {
		return nil, shown, err
	}
	shown = report.Gate{Result: result, Suite: candidate.Info.Suite, Baseline: baseline.Info, Candidate: candidate.Info}
	shown.Cases, err = changedCases(c.baseline.dir, c.candidate.dir, result)
	return result, shown, err
}

// judgedBy knows the metrics of a suite that models decide.
func judgedBy(suite *eval.Suite) func(eval.MetricID) bool {
	return func(id eval.MetricID) bool {
		return slices.ContainsFunc(suite.Metrics, func(m *score.Metric) bool { return m.Name == id.Name && m.Asks() })
	}
}

// rescored scores the baseline's stored answers anew where a scorer of the suite computes something else now.
// Judges are asked where calls may be made, and else left as they are, which makes the comparison invalid.
func (e *env) rescored(ctx context.Context, baseline, candidate *gate.Run, c comparison) (*gate.Run, error) {
	suite := c.candidate.suite
	if suite == nil || slices.Equal(baseline.Info.Metrics, candidate.Info.Metrics) {
		return baseline, nil
	}
	if c.bind != nil {
		if err := c.bind(); err != nil {
			return nil, err
		}
	}
	changed := changedMetrics(suite, baseline.Info.Metrics, candidate.Info.Metrics, c.rerun)
	if len(changed) == 0 {
		return baseline, nil
	}
	info := baseline.Info
	info.Metrics = slices.DeleteFunc(slices.Clone(info.Metrics), func(m eval.MetricID) bool { return slices.Contains(changed, m.Name) })
	for _, now := range candidate.Info.Metrics {
		if slices.Contains(changed, now.Name) {
			info.Metrics = append(info.Metrics, now)
		}
	}
	e.info("scoring the baseline's answers anew by %s", strings.Join(changed, ", "))
	run, err := gate.Collect(info, eval.Rescore(ctx, suite, c.baseline.dir, changed, c.candidate.config.Concurrency))
	if err != nil {
		return nil, fmt.Errorf("scoring the baseline anew: %w", err)
	}
	return run, nil
}

// changedMetrics lists what the suite computes otherwise than the baseline did, with what uses its values.
func changedMetrics(suite *eval.Suite, before, now []eval.MetricID, calls bool) []string {
	var changed []string
	for _, id := range now {
		i := slices.IndexFunc(suite.Metrics, func(m *score.Metric) bool { return m.Name == id.Name && m.Hash == id.Hash })
		if i < 0 || suite.Metrics[i].Asks() && !calls {
			continue
		}
		uses := slices.ContainsFunc(suite.Metrics[i].Needs(), func(name string) bool { return slices.Contains(changed, name) })
		if uses || !slices.Contains(before, id) {
			changed = append(changed, id.Name)
		}
	}
	return changed
}

// shownCases is how many changed cases of each kind are shown with their outputs.
const shownCases = 20

// changedCases reads both answers of the cases that changed.
func changedCases(baseline, candidate string, r *gate.Result) ([]report.GateCase, error) {
	var list []report.GateCase
	wanted := map[string]bool{}
	for _, kind := range report.GateKinds(r) {
		if kind.Name == "FIXED" {
			continue // there is nothing to find out
		}
		for _, id := range kind.Cases[:min(len(kind.Cases), shownCases)] {
			list = append(list, report.GateCase{ID: id, Kind: kind.Name})
			wanted[id] = true
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	before, err := eval.Pick(baseline, wanted)
	if err != nil {
		return nil, err
	}
	now, err := eval.Pick(candidate, wanted)
	if err != nil {
		return nil, err
	}
	for i := range list {
		c := &list[i]
		c.Baseline, c.Candidate = firstRecord(before, c.ID), firstRecord(now, c.ID)
		if c.Baseline != nil && c.Candidate != nil {
			c.Diff = prompt.DiffText(c.Baseline.Output, c.Candidate.Output)
		}
	}
	return list, nil
}

func firstRecord(records []*eval.Record, id string) *eval.Record {
	for _, r := range records {
		if r.Case == id {
			return r
		}
	}
	return nil
}

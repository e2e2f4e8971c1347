// Package gate compares two runs of a suite case by case and gives a verdict that a team can merge by: ok,
// regressed, inconclusive or invalid. It keeps false alarms rare on prompts with flaky cases, by asking
// again before it calls a case broken, and it says how small a drop it could have seen.
//
//	baseline, candidate, err := gate.LoadBoth(baselineDir, candidateDir)
//	cfg, err := gate.Parse(suite)
//	result, err := gate.Judge(ctx, baseline, candidate, gate.Options{Config: cfg, Rerunner: runner})
//
// docs/regression-gate.md explains the steps with worked numbers.
package gate

import (
	"context"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Verdict is the gate's word on a metric or on the whole comparison.
type Verdict string

// The verdicts. Inconclusive means that a drop of the margin can neither be shown nor ruled out; Invalid
// that the numbers cannot be compared or believed.
const (
	OK           Verdict = "ok"
	Regressed    Verdict = "regressed"
	Inconclusive Verdict = "inconclusive"
	Invalid      Verdict = "invalid"
)

// Options say how two runs are judged. The zero value gates every metric by the defaults and asks nothing
// again.
type Options struct {
	Config      *Config  // nil: the defaults
	Rerunner    Rerunner // nil: cases that seem broken are listed as unconfirmed
	Baseline    string   // how the baseline is called in the result; "" means its tag, or else its id
	MaxUnscored *float64 // the share above which a side is invalid; nil means 0.05
	Concurrency int      // cases that are asked again at the same time; 0 means 1
	Seed        uint64   // of everything drawn by chance; equal seeds give equal results

	// Doubt says why a judge is not known to agree with people as its limit asks, or "" where it is. It is asked
	// for metrics with a MinKappa only. nil knows of no calibration.
	Doubt func(metric string, limit Limit) string

	// Judge tells the metrics whose outcome for one answer may differ from time to time. Their failing cases
	// are not confirmed one by one. nil means those of the type "judge".
	Judge func(eval.MetricID) bool
}

// Result is the verdict with all that led to it; its JSON form is the gate object of `eval run --json` and
// `eval diff --json`. Lists are never nil.
type Result struct {
	Verdict  Verdict  `json:"verdict"`
	Baseline string   `json:"baseline"`
	Reasons  []string `json:"reasons"`  // why it is not ok, a sentence each
	Warnings []string `json:"warnings"` // what does not fail the gate
	Cases    int      `json:"cases"`    // that were compared
	// StandIns are the answers of each side by others than its model; a side without any is not in it.
	StandIns map[Side]*llm.StandIns `json:"stand_ins,omitempty"`
	Metrics  []Metric               `json:"metrics"`
	Slices   []Slice                `json:"slices"` // one per tag, sorted
	Usage    []Growth               `json:"usage"`  // cost, tokens and latency
	Breaches []Breach               `json:"budgets"`
	Confirmed
	Unpaired Unpaired `json:"unpaired"`
}

// Slice is the metrics of the cases with one tag.
type Slice struct {
	Tag     string   `json:"tag"`
	Gated   bool     `json:"gated"`
	Metrics []Metric `json:"metrics"`
}

// Judge compares the candidate with the baseline. It returns a *diag.Error where the two have nothing in
// common, and ctx's error when that ends during confirming reruns.
func Judge(ctx context.Context, baseline, candidate *Run, o Options) (*Result, error) {
	o = o.filled(baseline)
	p, err := pair(baseline, candidate)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Baseline: o.Baseline, Cases: len(p.cases), Unpaired: p.unpaired, Confirmed: nothingConfirmed(),
		Reasons: []string{}, Warnings: []string{}, Metrics: []Metric{}, Slices: []Slice{}, Breaches: []Breach{},
	}
	r.StandIns = p.standIns()
	columns := p.columns(o)
	var growing sync.WaitGroup // the two are the bulk of the work and share nothing that changes
	growing.Go(func() { r.Usage = p.growth(o) })
	r.aggregate(p, columns, o)
	growing.Wait()
	r.Breaches = o.Config.Budgets.check(candidate)
	invalid := p.invalid(columns, o)
	if len(invalid) == 0 { // else no call is worth its price
		if r.Confirmed, err = p.confirm(ctx, columns, o); err != nil {
			return nil, err
		}
	}
	r.warnOfJudges(columns)
	r.conclude(invalid, p, o)
	return r, nil
}

func (o Options) filled(baseline *Run) Options {
	if o.Config == nil {
		o.Config = &Config{}
	}
	if o.Baseline == "" {
		o.Baseline = baseline.Info.Tag
	}
	if o.Baseline == "" {
		o.Baseline = baseline.Info.ID
	}
	if o.MaxUnscored == nil {
		limit := 0.05
		o.MaxUnscored = &limit
	}
	if o.Doubt == nil {
		o.Doubt = func(string, Limit) string { return "the judge has not been calibrated" }
	}
	if o.Judge == nil {
		o.Judge = func(id eval.MetricID) bool { return id.Type == "judge" }
	}
	return o
}

package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// passingRun finds the last run of a suite with a version, and fails unless it passed. The last one
// decides: an earlier one that passed does not excuse it.
func (e *env) passingRun(v *prompt.Version, name string) (eval.Info, error) {
	cfg, err := e.config()
	if err != nil {
		return eval.Info{}, err
	}
	suite, err := eval.Find(e.shortPath(cfg.Evalsets), name)
	if err != nil {
		return eval.Info{}, err
	}
	runs, err := eval.Runs(filepath.Join(cfg.State, "runs"))
	if err != nil {
		return eval.Info{}, err
	}
	last, other := -1, -1
	for i, r := range runs {
		switch {
		case r.Suite != suite.Name || r.Prompt == nil || r.Prompt.Name != v.Name || r.Prompt.Version != v.Version:
		case r.Prompt.SHA256 != v.SHA256:
			other = i
		default:
			last = i
		}
	}
	if last < 0 {
		return eval.Info{}, noRun(v, suite.Name, other >= 0)
	}
	run := runs[last]
	if run.SuiteSHA256 != suite.SHA256 {
		e.notice("warning: suite %s has changed since run %s", suite.Name, run.ID)
	}
	if strings.HasPrefix(run.Model, "replay/") {
		e.notice("warning: run %s scored recorded answers, of %s", run.ID, run.Model)
	}
	return run, failedRun(run, suite)
}

func noRun(v *prompt.Version, suite string, edited bool) error {
	hint := fmt.Sprintf("name it in the suite, prompt: %s, and run that: llmops eval run %s", v.Ref(), suite)
	if edited {
		return &hinted{fmt.Errorf("%s has changed since its runs of suite %s", v.Ref(), suite), hint}
	}
	return &hinted{fmt.Errorf("there is no run of suite %s with %s", suite, v.Ref()), hint}
}

// failedRun says why a run does not pass, or nil.
func failedRun(run eval.Info, suite *eval.Suite) error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("run %s of suite %s does not pass: %s", run.ID, suite.Name, fmt.Sprintf(format, args...))
	}
	t := run.Totals
	switch {
	case run.Status != eval.StatusComplete || t == nil:
		return &hinted{fail("it is not complete"), "finish it: llmops eval run " + suite.Name + " --resume " + run.ID}
	case !t.Valid:
		return fail("it is not valid: %s", t.Invalid)
	case t.Errors > 0:
		return fail("%s failed", plural(t.Errors, "call"))
	}
	if verdict := gateVerdict(t.Gate); verdict != "" && verdict != "ok" {
		return &codedError{exitRegression, fail("its gate says %s", verdict)}
	}
	least, err := leastScores(suite)
	if err != nil {
		return err
	}
	for _, l := range least {
		m := metricOf(t, l.metric)
		switch {
		case m == nil || m.Mean == nil:
			return fail("it has no %s, and the gate wants at least %v", l.metric, l.min)
		case *m.Mean < l.min:
			return &codedError{exitRegression, fail("%s is %.4f, and the gate wants at least %v", l.metric, *m.Mean, l.min)}
		}
	}
	return nil
}

// gateVerdict is the verdict against a baseline that a run was stored with, "" for none.
func gateVerdict(gate any) string {
	var g struct {
		Verdict string `json:"verdict"`
	}
	data, err := json.Marshal(gate)
	if err != nil || json.Unmarshal(data, &g) != nil {
		return ""
	}
	return g.Verdict
}

func metricOf(r *eval.Result, name string) *eval.MetricResult {
	for i := range r.Metrics {
		if r.Metrics[i].Name == name {
			return &r.Metrics[i]
		}
	}
	return nil
}

type leastScore struct {
	metric string
	min    float64
}

// leastScores reads the min of each metric under the suite's gate, by name. What else stands there is not looked at.
func leastScores(s *eval.Suite) ([]leastScore, error) {
	cfg, err := gate.Parse(s)
	if err != nil {
		return nil, err
	}
	var out []leastScore
	for _, name := range slices.Sorted(maps.Keys(cfg.Metrics)) {
		if least := cfg.Metrics[name].Min; least != nil {
			out = append(out, leastScore{name, *least})
		}
	}
	return out, nil
}

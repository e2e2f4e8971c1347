package score

import (
	"context"
	"fmt"
	"math"
	"strings"
)

// compose makes one verdict of several scorers. Those that skip the case do not count; where all do, so does
// the composition.
//
// all_of and any_of reckon with three values, as Kleene's logic does: all_of fails where one fails, whatever
// is unscored beside it; any_of passes where one passes; else something unscored leaves the whole unscored.
// So an error is neither a pass nor a fail, and negating the composition makes neither of it.
type compose struct {
	Scorers   nested    `yaml:"scorers" json:"scorers"`
	Weights   []float64 `yaml:"weights" json:"weights,omitempty"`     // of weighted: one a scorer; all alike without them
	Threshold *float64  `yaml:"threshold" json:"threshold,omitempty"` // of weighted

	join func(o *compose, parts []part) Outcome
}

// part is a scorer of a composition with what it said.
type part struct {
	m      *Metric
	out    Outcome
	weight float64
}

func newAllOf(o compose) (Scorer, error) { return o.build("all_of", allOf) }

func newAnyOf(o compose) (Scorer, error) { return o.build("any_of", anyOf) }

func newWeighted(o compose) (Scorer, error) { return o.build("weighted", weighted) }

func (o compose) build(kind string, join func(*compose, []part) Outcome) (Scorer, error) {
	o.join = join
	if len(o.Scorers) == 0 {
		return nil, badOption("scorers", "is missing")
	}
	if kind != "weighted" {
		if o.Weights != nil {
			return nil, badOption("weights", "is an option of weighted")
		}
		if o.Threshold != nil {
			return nil, badOption("threshold", "is an option of weighted")
		}
		return &o, nil
	}
	return &o, o.checkWeights()
}

func (o *compose) checkWeights() error {
	if o.Weights != nil && len(o.Weights) != len(o.Scorers) {
		return badOption("weights", fmt.Sprintf("want %d, one a scorer", len(o.Scorers)))
	}
	total := 0.0
	for _, w := range o.Weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return badOption("weights", "want numbers from 0")
		}
		total += w
	}
	if o.Weights != nil && !(total > 0) || math.IsInf(total, 0) {
		return badOption("weights", "want one above 0")
	}
	for _, m := range o.Scorers {
		if m.measures() {
			return badOption("scorers", m.Type+" measures in units of its own, which cannot be weighed against others")
		}
	}
	return checkThreshold(o.Threshold)
}

// Score asks each scorer.
func (o *compose) Score(ctx context.Context, s *Sample) Outcome {
	var parts []part
	for i, m := range o.Scorers {
		out := m.Score(ctx, s)
		if out.Skip {
			continue
		}
		p := part{m, out, 1}
		if o.Weights != nil {
			p.weight = o.Weights[i]
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return Outcome{Skip: true}
	}
	out := o.join(o, parts)
	out.Bill, out.Err = nil, nil
	for _, p := range parts {
		if p.out.Bill != nil {
			if out.Bill == nil {
				out.Bill = new(Bill)
			}
			out.Bill.Add(p.out.Bill)
		}
		if out.Unscored != "" && out.Err == nil {
			out.Err = p.out.Err
		}
	}
	return out
}

func (o *compose) plan(s *Sample) []Ask { return o.Scorers.plan(s) }

func (o *compose) bind(t Tools) (string, error) { return o.Scorers.bind(t) }

func (o *compose) applies(s *Sample) bool { return o.Scorers.applies(s) }

func allOf(_ *compose, parts []part) Outcome {
	var why []string
	readable := false
	for _, p := range parts {
		if p.out.Scored() && !p.out.Pass {
			why = append(why, p.m.Name+": "+p.out.Why)
			readable = readable || !p.out.malformed
		}
	}
	if why != nil {
		return Outcome{Why: strings.Join(why, "; "), malformed: !readable}
	}
	if out, missing := anyUnscored(parts); missing {
		return out
	}
	return Outcome{Value: 1, Pass: true}
}

func anyOf(_ *compose, parts []part) Outcome {
	var why []string
	malformed := false
	for _, p := range parts {
		if p.out.Scored() && p.out.Pass {
			return Outcome{Value: 1, Pass: true}
		}
		why = append(why, p.m.Name+": "+p.out.Why)
		malformed = malformed || p.out.malformed
	}
	if out, missing := anyUnscored(parts); missing {
		return out
	}
	return Outcome{Why: strings.Join(why, "; "), malformed: malformed}
}

// weighted is the weighted mean of the values. One that is missing would change what the mean means, so it
// leaves the whole unscored.
func weighted(o *compose, parts []part) Outcome {
	if out, missing := anyUnscored(parts); missing {
		return out
	}
	sum, total, malformed := 0.0, 0.0, false
	for _, p := range parts {
		sum += p.weight * p.out.Value
		total += p.weight
		malformed = malformed || p.out.malformed
	}
	if total == 0 {
		return unscored("all scorers that apply have a weight of 0")
	}
	out := graded(sum/total, o.Threshold, "the weighted mean")
	out.malformed = malformed
	return out
}

func anyUnscored(parts []part) (Outcome, bool) {
	for _, p := range parts {
		if p.out.Unscored != "" {
			return unscored("%s: %s", p.m.Name, p.out.Unscored), true
		}
	}
	return Outcome{}, false
}

func (o *compose) needs() []string { return o.Scorers.needs() }

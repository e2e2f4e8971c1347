package gate

import (
	"context"
	"slices"
	"sort"

	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// Side is one of the two that are compared.
type Side string

// The sides.
const (
	Baseline  Side = "baseline"
	Candidate Side = "candidate"
)

// Rerunner asks a case again.
type Rerunner interface {
	// Rerun asks the case once more of one side, past every cache, and tells whether the answer passes all
	// of the named metrics. An error means that there is no telling: no answer, or one without a score.
	Rerun(ctx context.Context, side Side, caseID string, metrics []string) (pass bool, err error)
}

// Confirmed is what became of the cases that changed from passing to failing or back. Lists are sorted by
// id and never nil.
type Confirmed struct {
	Broken      []string `json:"broken"`      // pass with the baseline and fail with the candidate, again and again
	Flaky       []string `json:"flaky"`       // the candidate passes when asked again
	Drift       []string `json:"drift"`       // the baseline no longer passes either
	Fixed       []string `json:"fixed"`       // fail with the baseline and pass with the candidate, again and again
	Unconfirmed []string `json:"unconfirmed"` // seem broken, and could not be asked often enough
	Reruns      int      `json:"reruns"`      // calls that confirming took
}

func nothingConfirmed() Confirmed {
	return Confirmed{Broken: []string{}, Flaky: []string{}, Drift: []string{}, Fixed: []string{}, Unconfirmed: []string{}}
}

// suspect is a case that changed on some metrics.
type suspect struct {
	id       string
	required bool
	metrics  []string
}

// confirm is step 2. Cases that pass now are asked only while the verdict hangs on them: with the policy
// Net, and until as many are fixed as are broken.
func (p *pairs) confirm(ctx context.Context, columns []*column, o Options) (Confirmed, error) {
	c := confirming{ctx: ctx, o: o, out: nothingConfirmed()}
	lost, gained := p.suspects(columns)
	err := c.lost(lost)
	if err == nil && o.Config.Broken == Net && len(c.out.Broken) > 0 {
		err = c.gained(gained)
	}
	for _, list := range [][]string{c.out.Broken, c.out.Flaky, c.out.Drift, c.out.Fixed, c.out.Unconfirmed} {
		sort.Strings(list)
	}
	return c.out, err
}

// suspects finds the cases that passed a gated deterministic metric in every repeat of one side and failed it
// in every repeat of the other. Required ones come first.
func (p *pairs) suspects(columns []*column) (lost, gained []suspect) {
	for _, pair := range p.cases {
		down := suspect{id: pair.candidate.ID, required: pair.candidate.Required || pair.baseline.Required}
		up := suspect{id: down.id}
		for _, c := range columns {
			if !c.gated || c.changed || !c.deterministic {
				continue
			}
			before, now := p.baseline.of(pair.baseline, c.name), p.candidate.of(pair.candidate, c.name)
			switch {
			case before.always(true) && now.always(false):
				down.metrics = append(down.metrics, c.name)
			case before.always(false) && now.always(true):
				up.metrics = append(up.metrics, c.name)
			}
		}
		switch { // a case that is lost on one metric and gained on another is not fixed
		case len(down.metrics) > 0:
			lost = append(lost, down)
		case len(up.metrics) > 0:
			gained = append(gained, up)
		}
	}
	slices.SortStableFunc(lost, func(a, b suspect) int { return rank(a) - rank(b) })
	return lost, gained
}

func rank(s suspect) int {
	if s.required {
		return 0
	}
	return 1
}

// always tells whether every repeat was scored, and passed or did not.
func (t tally) always(pass bool) bool {
	if t.scored == 0 || t.unscored > 0 {
		return false
	}
	return pass && t.passed == t.scored || !pass && t.passed == 0
}

type confirming struct {
	ctx context.Context
	o   Options
	out Confirmed
}

func (c *confirming) lost(suspects []suspect) error {
	k := stats.Confirmations(len(suspects), level)
	for _, s := range suspects {
		found, err := c.ask(s, Candidate, Baseline, k)
		if err != nil {
			return err
		}
		list := map[outcome]*[]string{
			held: &c.out.Broken, flipped: &c.out.Flaky, otherFlipped: &c.out.Drift, untold: &c.out.Unconfirmed,
		}[found]
		*list = append(*list, s.id)
	}
	return nil
}

func (c *confirming) gained(suspects []suspect) error {
	k := stats.Confirmations(len(suspects), level)
	for _, s := range suspects {
		if len(c.out.Fixed) >= len(c.out.Broken) {
			return nil
		}
		found, err := c.ask(s, Baseline, Candidate, k)
		if err != nil {
			return err
		}
		if found == held {
			c.out.Fixed = append(c.out.Fixed, s.id)
		}
	}
	return nil
}

// outcome is what asking again told.
type outcome int

const (
	untold       outcome = iota
	held                 // the failing side failed and the passing side passed every time
	flipped              // the failing side passed
	otherFlipped         // the passing side failed
)

// ask asks the side that failed up to k times and stops at a pass, then the one that passed up to k times
// and stops at a fail.
func (c *confirming) ask(s suspect, failed, passed Side, k int) (outcome, error) {
	if c.o.Rerunner == nil {
		return untold, nil
	}
	for _, turn := range []struct {
		side Side
		want bool
		met  outcome
	}{{failed, false, flipped}, {passed, true, otherFlipped}} {
		for range k {
			if limit := c.o.Config.MaxReruns; limit > 0 && c.out.Reruns >= limit {
				return untold, nil
			}
			c.out.Reruns++
			pass, err := c.o.Rerunner.Rerun(c.ctx, turn.side, s.id, s.metrics)
			switch {
			case c.ctx.Err() != nil:
				return untold, c.ctx.Err()
			case err != nil:
				return untold, nil //nolint:nilerr // one case without an answer is told as unconfirmed
			case pass != turn.want:
				return turn.met, nil
			}
		}
	}
	return held, nil
}

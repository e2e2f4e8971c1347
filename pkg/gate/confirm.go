package gate

import (
	"context"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

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
	// of the named metrics. An error means that there is no telling: no answer, or one without a score. It is
	// called from as many goroutines as Options.Concurrency says.
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
	c := &confirming{ctx: ctx, o: o, out: nothingConfirmed()}
	lost, gained := p.suspects(columns)
	err := c.lost(lost)
	if err == nil && o.Config.Broken == Net && len(c.out.Broken) > 0 {
		err = c.gained(gained)
	}
	c.out.Reruns = int(c.calls.Load())
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

// confirming asks cases again, several at the same time.
type confirming struct {
	ctx   context.Context
	o     Options
	calls atomic.Int64 // begun

	mu  sync.Mutex // guards out and err
	out Confirmed
	err error
}

func (c *confirming) lost(suspects []suspect) error {
	k := stats.Confirmations(len(suspects), level)
	c.each(suspects, func(s suspect) {
		c.found(s, c.ask(s, Candidate, Baseline, k), map[outcome]*[]string{
			held: &c.out.Broken, flipped: &c.out.Flaky, otherFlipped: &c.out.Drift, untold: &c.out.Unconfirmed,
		})
	})
	return c.err
}

// gained asks as many cases at a time as are lacking, so that which ones are asked does not hang on who answers first.
func (c *confirming) gained(suspects []suspect) error {
	k := stats.Confirmations(len(suspects), level)
	for len(suspects) > 0 && c.err == nil {
		lacking := len(c.out.Broken) - len(c.out.Fixed)
		if lacking <= 0 {
			break
		}
		wave := suspects[:min(lacking, len(suspects))]
		suspects = suspects[len(wave):]
		c.each(wave, func(s suspect) {
			c.found(s, c.ask(s, Baseline, Candidate, k), map[outcome]*[]string{held: &c.out.Fixed})
		})
	}
	return c.err
}

// each visits the suspects in their order, as many at the same time as the options allow.
func (c *confirming) each(suspects []suspect, visit func(suspect)) {
	var running errgroup.Group
	running.SetLimit(max(1, c.o.Concurrency))
	for _, s := range suspects {
		running.Go(func() error {
			if c.ctx.Err() == nil {
				visit(s)
			}
			return nil
		})
	}
	_ = running.Wait() // nothing returns an error
	if c.err == nil {
		c.err = c.ctx.Err()
	}
}

func (c *confirming) found(s suspect, what outcome, lists map[outcome]*[]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if list := lists[what]; list != nil {
		*list = append(*list, s.id)
	}
}

// outcome is what asking again told.
type outcome int

const (
	untold       outcome = iota
	held                 // the failing side failed and the passing side passed every time
	flipped              // the failing side passed
	otherFlipped         // the passing side failed
)

// ask asks both sides up to k times, in turns and the one that failed first, and stops when that one passes
// or the other fails. A case is held only when 2k answers all are as they were, so that the order changes
// nothing about the risk; in turns a flaky case shows itself soonest, whichever way it leans.
func (c *confirming) ask(s suspect, failed, passed Side, k int) outcome {
	for range k {
		for _, turn := range []struct {
			side Side
			want bool
			met  outcome
		}{{failed, false, flipped}, {passed, true, otherFlipped}} {
			pass, known := c.rerun(turn.side, s)
			switch {
			case !known:
				return untold
			case pass != turn.want:
				return turn.met
			}
		}
	}
	return held
}

// rerun asks once. known is false where there is no telling.
func (c *confirming) rerun(side Side, s suspect) (pass, known bool) {
	if c.o.Rerunner == nil || c.ctx.Err() != nil {
		return false, false
	}
	if limit := int64(c.o.Config.MaxReruns); c.calls.Add(1) > limit && limit > 0 {
		c.calls.Add(-1)
		return false, false
	}
	pass, err := c.o.Rerunner.Rerun(c.ctx, side, s.id, s.metrics)
	return pass, err == nil // one case without an answer is told as unconfirmed
}

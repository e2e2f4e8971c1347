package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// rerunner asks cases again for the gate, with real calls past the cache.
type rerunner struct {
	e     *env
	sides map[gate.Side]*askedSide

	mu    sync.Mutex // guards asked and warned
	asked map[string]int
	told  map[gate.Side]bool
}

// askedSide makes its asker when a case is first asked.
type askedSide struct {
	once  sync.Once
	side  *side
	asker *eval.Asker
	err   error
}

func newRerunner(e *env, c comparison) *rerunner {
	return &rerunner{
		e: e, asked: map[string]int{}, told: map[gate.Side]bool{},
		sides: map[gate.Side]*askedSide{gate.Baseline: {side: c.baseline}, gate.Candidate: {side: c.candidate}},
	}
}

// Rerun implements gate.Rerunner.
func (r *rerunner) Rerun(ctx context.Context, which gate.Side, id string, metrics []string) (bool, error) {
	s := r.sides[which]
	s.once.Do(func() { s.asker, s.err = s.side.asker() })
	if s.err != nil {
		r.tell(which, s.err)
		return false, s.err
	}
	rec, err := s.asker.Ask(ctx, id, r.repeat(which, id, s.side.info.Repeat))
	if err != nil {
		return false, err
	}
	if rec.Error != nil {
		return false, errors.New(rec.Error.Message)
	}
	if in := rec.StandIn; in.AnsweredBy != "" { // it tells nothing of the model
		r.tell(which, errors.New(in.String()))
		return false, errors.New(in.String())
	}
	for _, m := range metrics {
		score, ok := rec.Scores[m]
		if !ok || score.Value == nil {
			return false, fmt.Errorf("%s has no score", m)
		}
		if !score.Pass {
			return false, nil
		}
	}
	return true, nil
}

// repeat counts how often a side was asked, so that recorded answers are taken in turn.
func (r *rerunner) repeat(which gate.Side, id string, repeats int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := string(which) + " " + id
	r.asked[key]++
	return r.asked[key] % max(1, repeats)
}

// tell says once why a side cannot be asked.
func (r *rerunner) tell(which gate.Side, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.told[which] {
		r.e.notice("warning: the %s cannot be asked again: %s", which, termsafe.Line(err.Error()))
	}
	r.told[which] = true
}

// asker makes what asks the side's cases again.
func (s *side) asker() (*eval.Asker, error) {
	if s.asking != nil {
		return s.asking()
	}
	if s.suite == nil {
		return nil, fmt.Errorf("the suite %s is not known any more", s.info.Suite)
	}
	return eval.NewAsker(s.suite, s.config)
}

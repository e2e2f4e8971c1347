package eval

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// Rescored is what RescoreRun found beside the run that it made.
type Rescored struct {
	*Outcome
	Gone    int // answers whose case the suite has no more; they are not in the new run
	Changed int // answers whose case was another: its question, its expectations or its own scorers
}

// RescoreRun makes a new run of the answers of a stored one, scored by the suite's scorers and expectations
// as they are now. The model is not asked; judges are. cfg's Caller and Prompts are not used.
func RescoreRun(ctx context.Context, s *Suite, dir string, cfg Config) (*Rescored, error) {
	from, err := ReadInfo(dir)
	if err != nil {
		return nil, err
	}
	if from.Suite != s.Name {
		return nil, diag.Errorf("run %s is of suite %s, not of %s", from.ID, from.Suite, s.Name)
	}
	as := s.Like(from)
	as.Reduce, as.reduce = s.Reduce, s.reduce
	r := &runner{suite: as, cfg: cfg, started: cfg.now(), model: from.Model}
	if err := r.prepareRescore(from); err != nil {
		return nil, err
	}
	cases, err := r.suite.byID()
	if err != nil {
		return nil, err
	}
	out := &Rescored{}
	stop := r.rescoreAll(ctx, dir, cases, out)
	r.info.Cases -= out.Gone / r.suite.repeats()
	if out.Outcome, err = r.finish(stop); stop != nil {
		err = stop
	}
	return out, err
}

func (r *runner) prepareRescore(from Info) (err error) {
	id := newID(r.cfg)
	r.cfg.Tools.Run = id
	if r.cfg.Tag != "" {
		if err := CheckTag(r.cfg.Tag); err != nil {
			return err
		}
	}
	if err := errors.Join(r.suite.Bind(r.cfg.Tools), r.suite.checkReductions()); err != nil {
		return err
	}
	if r.cases, err = r.suite.Scan(nil); err != nil {
		return err
	}
	if r.automatic, err = score.FromCases(); err != nil {
		return err
	}
	r.info = r.describe(id)
	r.info.Prompt, r.info.Model, r.info.Cases, r.info.RescoredOf = from.Prompt, from.Model, from.Cases, from.ID
	r.tally, r.calls = newTally(r.info), from.Cases*max(1, from.Repeat)
	return nil
}

// rescoreAll reads the records in the file's order; they are written as their scores come.
func (r *runner) rescoreAll(parent context.Context, dir string, cases map[string]*Case, out *Rescored) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	jobs, results := make(chan *Record), make(chan *Record)
	go func() {
		defer close(jobs)
		for rec, err := range Records(dir) {
			switch {
			case err != nil:
				cancel(err)
				return
			case ctx.Err() != nil:
				return
			}
			c := cases[rec.Case]
			if c == nil {
				out.Gone++
				continue
			}
			if c.Hash != rec.Hash {
				out.Changed++
			}
			jobs <- rec
		}
	}()
	var workers sync.WaitGroup
	for range r.cfg.concurrency(r.suite) {
		workers.Go(func() {
			for rec := range jobs {
				if err := rec.renew(ctx, cases[rec.Case], r.suite.scorersFor(cases[rec.Case], r.automatic)); err != nil {
					cancel(fmt.Errorf("case %s: %w", rec.Case, err))
					continue
				}
				results <- rec
			}
		})
	}
	go func() { workers.Wait(); close(results) }()
	for rec := range results {
		if err := r.keep(rec); err != nil {
			cancel(err)
		}
	}
	return context.Cause(ctx)
}

func (r *runner) keep(rec *Record) error {
	if err := r.write(rec); err != nil {
		return err
	}
	r.count(rec)
	return nil
}

// renew makes the record what it would be had the answer come now.
func (r *Record) renew(ctx context.Context, c *Case, scorers []*score.Metric) error {
	now := newRecord(c, r.Repeat, r.Seq)
	now.Output, now.Parts, now.FinishReason, now.Model, now.Error = r.Output, r.Parts, r.FinishReason, r.Model, r.Error
	now.Usage, now.Cost, now.Latency, now.TTFT = r.Usage, r.Cost, r.Latency, r.TTFT
	now.StandIn, now.Cut, now.Attempts, now.TraceID = r.StandIn, r.Cut, r.Attempts, r.TraceID
	err := now.scoreAll(ctx, c, r.response(), scorers)
	*r = *now
	return err
}

package eval

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// Rescore streams the records of a stored run with the named metrics scored anew, by the suite's scorers as
// they are now, several at the same time (0 means 4) and in any order. The suite must be bound. Cases that the
// suite does not have, or has otherwise, keep their scores. Nothing is written. The error that ends the stream is
// of the file, of ctx, or of a judge that cannot be asked again.
func Rescore(ctx context.Context, s *Suite, dir string, metrics []string, concurrency int) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		cases, err := s.byID()
		if err != nil {
			yield(nil, err)
			return
		}
		automatic, err := score.FromCases()
		if err != nil {
			yield(nil, err)
			return
		}
		anew := func(ctx context.Context, rec *Record) error {
			if c := cases[rec.Case]; c != nil && c.Hash == rec.Hash {
				return rec.rescore(ctx, c, s.scorersFor(c, automatic), metrics)
			}
			return nil
		}
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		for rec := range eachRecord(ctx, cancel, dir, cmp.Or(max(0, concurrency), defaultConcurrency), anew) {
			if !yield(rec, nil) {
				return
			}
		}
		if err := context.Cause(ctx); err != nil {
			yield(nil, err)
		}
	}
}

// eachRecord has several workers do something to each record of a run. What goes wrong ends ctx, by cancel, and
// closes the channel.
func eachRecord(ctx context.Context, cancel context.CancelCauseFunc, dir string, workers int, do func(context.Context, *Record) error) <-chan *Record {
	jobs, results := make(chan *Record), make(chan *Record)
	go func() {
		defer close(jobs)
		for rec, err := range Records(dir) {
			if err != nil {
				cancel(err)
				return
			}
			select {
			case jobs <- rec:
			case <-ctx.Done():
				return
			}
		}
	}()
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for rec := range jobs {
				if err := do(ctx, rec); err != nil {
					cancel(fmt.Errorf("case %s: %w", rec.Case, err))
					return
				}
				select {
				case results <- rec:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() { running.Wait(); close(results) }()
	return results
}

func (s *Suite) byID() (map[string]*Case, error) {
	cases := map[string]*Case{}
	for c, err := range s.All() {
		if err != nil {
			return nil, err
		}
		cases[c.ID] = c
	}
	return cases, nil
}

// rescore scores the record by the named metrics anew, in the suite's order; those that use others see their values,
// kept or new.
func (r *Record) rescore(ctx context.Context, c *Case, scorers []*score.Metric, names []string) error {
	for _, name := range names {
		delete(r.Scores, name)
	}
	return r.scoreSome(ctx, c, scorers, func(m string) bool { return slices.Contains(names, m) })
}

// scoreSome scores the answer by some of the metrics and takes over what the others said, for those that look at them.
func (r *Record) scoreSome(ctx context.Context, c *Case, metrics []*score.Metric, which func(name string) bool) error {
	sample := c.Sample(r.Output, r.response(), r.Cost)
	sample.Repeat, sample.Latency = r.Repeat, time.Duration(r.Latency)
	for _, m := range metrics {
		if which(m.Name) {
			if err := r.score(ctx, m, sample); err != nil {
				return err
			}
		} else if s, applies := r.Scores[m.Name]; applies {
			sample.SetScore(m.Name, s.outcome())
		}
	}
	return nil
}

// response is the answer as far as it was kept.
func (r *Record) response() *llm.Response {
	resp := &llm.Response{Parts: r.Parts, FinishReason: r.FinishReason, Model: r.Model, Usage: r.Usage, Attempts: r.Attempts}
	resp.Timing.Total, resp.Timing.TTFT = time.Duration(r.Latency), time.Duration(r.TTFT)
	if resp.Parts == nil {
		resp.Parts = []llm.Part{{Text: r.Output}}
	}
	return resp
}

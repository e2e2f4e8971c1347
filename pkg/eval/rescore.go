package eval

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// Rescore streams the records of a stored run with the named metrics scored anew, by the suite's scorers as
// they are now. Cases that the suite does not have, or has otherwise, keep their scores. Nothing is written.
func Rescore(ctx context.Context, s *Suite, dir string, metrics []string) iter.Seq2[*Record, error] {
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
		for rec, err := range Records(dir) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if c := cases[rec.Case]; c != nil && c.Hash == rec.Hash {
				rec.rescore(ctx, c, s.scorersFor(c, automatic), metrics)
			}
			if !yield(rec, nil) {
				return
			}
		}
	}
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

// rescore scores the record by the named metrics anew.
func (r *Record) rescore(ctx context.Context, c *Case, scorers []*score.Metric, names []string) {
	for _, name := range names {
		delete(r.Scores, name)
	}
	_ = r.scoreSome(ctx, c, scorers, func(m string) bool { return slices.Contains(names, m) }) // what is unscored says why
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

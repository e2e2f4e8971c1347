package eval

import (
	"context"
	"fmt"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// scoreAll scores the answer that the record holds by all metrics. An error is a scorer's that cannot be
// asked again either, such as a judge's key that is refused: the answer is to be scored another time.
func (r *Record) scoreAll(ctx context.Context, c *Case, resp *llm.Response, metrics []*score.Metric) error {
	sample := c.Sample(r.Output, resp, r.Cost)
	sample.TraceID, sample.Repeat, sample.Latency = r.TraceID, r.Repeat, time.Duration(r.Latency)
	for _, m := range metrics {
		if err := r.score(ctx, m, sample); err != nil {
			return err
		}
	}
	return nil
}

func (r *Record) score(ctx context.Context, m *score.Metric, sample *score.Sample) error {
	o := score.Outcome{Skip: true}
	switch {
	case r.Error == nil && !r.Static():
		o = m.Score(ctx, sample)
	case !m.Applies(sample):
	case r.Error != nil:
		o = score.Outcome{Unscored: "no answer: " + r.Error.Type}
	default:
		o = score.Outcome{Unscored: "no model answered (static text)"}
	}
	if o.Skip {
		return nil
	}
	sample.SetScore(m.Name, o)
	if r.Scores == nil {
		r.Scores = map[string]Score{}
	}
	r.Scores[m.Name] = newScore(o)
	r.judged(o.Bill)
	if engine.EndsRun(o.Err) {
		return fmt.Errorf("scorer %s: %w", m.Name, o.Err)
	}
	return nil
}

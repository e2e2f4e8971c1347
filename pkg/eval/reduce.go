package eval

import (
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/metric"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// SetReduce sets how the repeats of a case become one value, where a scorer says nothing else: "mean",
// "mode", "pass@3", "pass^3".
func (s *Suite) SetReduce(text string) error {
	r, err := metric.ParseReduction(text)
	if err != nil {
		return diag.Errorf("%q is no way to reduce repeats: %w", text, err)
	}
	s.Reduce, s.reduce = text, r
	return nil
}

// reduceOf is how a metric of the suite is reduced, "" for the mean.
func (s *Suite) reduceOf(m *score.Metric) string {
	if m.Reduce != nil {
		return reduceWord(*m.Reduce)
	}
	return reduceWord(s.reduce)
}

func reduceWord(r metric.Reduction) string {
	if r.Mean() {
		return ""
	}
	return r.String()
}

// checkReductions finds a k that is more than the repeats.
func (s *Suite) checkReductions() error {
	check := func(r metric.Reduction, line int) error {
		if r.K() <= s.repeats() {
			return nil
		}
		return diag.At(s.File, line, 0, "%s wants at least %d repeats, and the suite has %d", r, r.K(), s.repeats()).
			WithHint("set repeat: %d, or pass --repeat %d", r.K(), r.K())
	}
	for _, m := range s.Metrics {
		if m.Reduce == nil {
			continue
		}
		if err := check(*m.Reduce, m.Line); err != nil {
			return err
		}
	}
	return check(s.reduce, 0)
}

// reduction reads what a run.json says; what it does not understand is the mean.
func reduction(text string, repeats int) metric.Reduction {
	r, _ := metric.ParseReduction(text)
	return r.For(repeats)
}

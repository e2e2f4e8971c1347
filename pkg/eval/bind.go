package eval

import (
	"errors"
	"fmt"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// Bind hands tools to the suite's metrics, and to those of every case that All gives from then on. Hashes of
// metrics and cases are whole only after it. Dir is set to the suite's.
func (s *Suite) Bind(t score.Tools) error {
	t.Dir = s.Dir
	s.tools = &t
	for _, m := range s.Metrics {
		if err := m.Bind(t); err != nil {
			return placed(err, s.File)
		}
	}
	return nil
}

// bindCase does it for a case's own metrics.
func (s *Suite) bindCase(c *Case) error {
	if s.tools == nil {
		return nil
	}
	for _, m := range c.Metrics {
		if err := m.Bind(*s.tools); err != nil {
			return placed(err, c.Place.File)
		}
		if m.Judged() && !s.caseJudged {
			s.caseJudged = true
		}
	}
	return nil
}

// Judged tells whether a run of the suite asks judges: its own scorers, or those of the cases that All gave
// since Bind.
func (s *Suite) Judged() bool {
	return s.caseJudged || slices.ContainsFunc(s.Metrics, (*score.Metric).Judged)
}

// placed puts the file on a mistake of which the line is known, and leaves other errors what they are.
func placed(err error, file string) error {
	if d, ok := errors.AsType[*diag.Error](err); ok && d.File == "" {
		return diag.At(file, d.Line, d.Column, "%s", d.Msg).WithHint("%s", diag.HintOf(err))
	}
	return fmt.Errorf("%s: %w", file, err)
}

// MetricsOf lists the suite's metrics and the case's own, which win over those of the same name.
func (s *Suite) MetricsOf(c *Case) []*score.Metric { return s.scorersFor(c, nil) }

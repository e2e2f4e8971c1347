package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// progress tells on standard error how far a run is: one line that changes on a terminal, a line every
// few seconds elsewhere, nothing with --quiet.
type progress struct {
	e     *env
	every time.Duration
	last  time.Duration // elapsed time at the last line
	width int           // of the line that stands on the terminal
}

func newProgress(e *env) *progress {
	p := &progress{e: e, every: 5 * time.Second}
	if e.errTTY {
		p.every = 100 * time.Millisecond
	}
	return p
}

func (p *progress) show(s eval.Progress) {
	if p.e.quiet || s.Elapsed-p.last < p.every {
		return
	}
	p.last = s.Elapsed
	line := fmt.Sprintf("%d of %d", s.Done, s.Total)
	if s.Failed > 0 {
		line += fmt.Sprintf(", %d failed", s.Failed)
	}
	if c := s.Totals.Cost; c != nil {
		line += fmt.Sprintf(", %s", *c)
	}
	if rate := s.TokensPerSecond(); rate > 0 {
		line += fmt.Sprintf(", %.0f tokens/s", rate)
	}
	if s.Done > 0 {
		left := s.Elapsed / time.Duration(s.Done) * time.Duration(s.Total-s.Done)
		line += fmt.Sprintf(", about %s left", left.Round(time.Second))
	}
	if !p.e.errTTY {
		p.e.notice("%s", line)
		return
	}
	pad := max(0, p.width-len(line))
	p.width = len(line)
	_, _ = fmt.Fprintf(p.e.err, "\r%s%s", line, strings.Repeat(" ", pad))
}

// clear removes the line from the terminal.
func (p *progress) clear() {
	if p.width > 0 {
		_, _ = fmt.Fprintf(p.e.err, "\r%s\r", strings.Repeat(" ", p.width))
		p.width = 0
	}
}

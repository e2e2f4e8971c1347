package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// progress tells on standard error how far a run is: a bar on a terminal, now and then a line elsewhere,
// nothing with --quiet. While the bar stands, notices go above it.
type progress struct {
	e     *env
	first step
	last  step // that was told of in a line
	bar   *bar // nil until the first step, and where there is none
	above *screen
}

// step is how far a run is. Cost and Tokens are nil while nothing is known of them.
type step struct {
	Total, Done, Failed int
	Cost                *llm.Money
	Tokens              *int64 // of output
	Elapsed             time.Duration
}

// The lines of a run that nobody watches: one at each tenth, but not more often than every few seconds,
// and one after half a minute without.
const (
	lineEvery = 5 * time.Second
	lineAfter = 30 * time.Second
)

// newProgress begins. It is to be ended with clear.
func newProgress(e *env) *progress {
	p := &progress{e: e}
	if e.showsBar() {
		p.above = onScreen(e)
	}
	return p
}

// showsBar tells whether there is a terminal that a bar can stand on.
func (e *env) showsBar() bool {
	return e.errTTY && !e.quiet && !config.TerminalFrom(e.environ).Dumb
}

// show takes the progress of an eval run.
func (p *progress) show(s eval.Progress) {
	now := step{s.Total, s.Done, s.Failed, s.Totals.Cost, nil, s.Elapsed}
	if s.Totals.Tokens != nil {
		now.Tokens = &s.Totals.Tokens.Output
	}
	p.step(now)
}

// step takes a step; steps come from one goroutine.
func (p *progress) step(now step) {
	if p.first.Total == 0 {
		p.first, p.last = now, step{Done: now.Done - 1}
		if p.above != nil {
			p.bar = newBar(p.above, now.Total)
		}
	}
	switch {
	case p.e.quiet:
	case p.bar != nil:
		p.bar.set(now, now.facts(p.first))
	case p.due(now):
		p.last = now
		p.e.notice("%s", strings.Join(append([]string{grouped(now.Done) + " of " + grouped(now.Total)}, now.facts(p.first)...), ", "))
	}
}

func (p *progress) due(now step) bool {
	since := now.Elapsed - p.last.Elapsed
	tenth := now.Done*10/max(1, now.Total) > p.last.Done*10/max(1, now.Total)
	return now.Done < now.Total && (since >= lineAfter || tenth && since >= lineEvery)
}

// clear takes the bar away. Whatever kept the run from its end, it returns.
func (p *progress) clear() {
	if p.bar != nil {
		p.bar.end()
		p.bar = nil
	}
}

// facts are what there is to say of a step beside its number. What a resumed run had before the first step
// does not count for its speed.
func (s step) facts(first step) (list []string) {
	if s.Failed > 0 {
		list = append(list, grouped(s.Failed)+" failed")
	}
	if s.Cost != nil {
		list = append(list, s.Cost.String())
	}
	if s.Tokens != nil && s.Elapsed > 0 {
		tokens := *s.Tokens
		if first.Done > 1 && first.Tokens != nil {
			tokens -= *first.Tokens
		}
		list = append(list, fmt.Sprintf("%.0f tokens/s", float64(tokens)/s.Elapsed.Seconds()))
	}
	if made := s.Done - first.Done + 1; made > 0 && s.Done < s.Total {
		left := time.Duration(float64(s.Elapsed) / float64(made) * float64(s.Total-s.Done))
		list = append(list, fmt.Sprintf("about %s left", max(left, time.Second).Round(time.Second)))
	}
	return list
}

// screen is standard error while a bar may stand on it: the bar takes what others write, and puts it above
// itself.
type screen struct {
	mu sync.Mutex // guards the fields below
	to io.Writer
}

// onScreen makes standard error a screen, where it is none yet: a command may show several bars in turn.
func onScreen(e *env) *screen {
	s, is := e.err.(*screen)
	if !is {
		s = &screen{to: e.err}
		e.err = s
	}
	return s
}

// Write implements io.Writer.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.to.Write(p)
}

// redirect lets another writer take what is written, and gives the one that did until now.
func (s *screen) redirect(to io.Writer) io.Writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.to
	s.to = to
	return old
}

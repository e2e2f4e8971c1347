package cli

import (
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// bar is a progress bar at the bottom of a terminal.
type bar struct {
	screen    *screen
	below     io.Writer // the terminal itself
	container *mpb.Progress
	line      *mpb.Bar
	words     atomic.Pointer[barWords]
}

// barWords stand before and behind the bar.
type barWords struct{ before, behind string }

func newBar(s *screen, total int) *bar {
	b := &bar{screen: s}
	b.words.Store(&barWords{})
	b.below = s.redirect(io.Discard)
	b.container = mpb.New(mpb.WithOutput(b.below), mpb.WithRefreshRate(100*time.Millisecond))
	b.line = b.container.New(int64(total), mpb.BarStyle().Lbound("").Filler("━").Tip("╸").Padding("─").Rbound(""),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return b.words.Load().before })),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return b.words.Load().behind })),
	)
	s.redirect(b)
	return b
}

// Write puts what others say above the bar, or where it stood.
func (b *bar) Write(p []byte) (int, error) {
	n, err := b.container.Write(p)
	if errors.Is(err, mpb.ErrDone) {
		return b.below.Write(p)
	}
	return n, err
}

func (b *bar) set(now step, facts []string) {
	b.words.Store(&barWords{grouped(now.Done) + " of " + grouped(now.Total) + " ", " " + strings.Join(facts, ", ")})
	b.line.SetCurrent(int64(now.Done))
}

// end removes the bar. A bar that is not full is aborted first: waiting for it would never end.
func (b *bar) end() {
	b.line.Abort(true)
	b.container.Wait()
	b.screen.redirect(b.below)
}

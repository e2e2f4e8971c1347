package cli

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// batchProgress tells how far a batch is: as a bar on a terminal, in a line every few seconds elsewhere, or as
// JSON lines. It is safe for concurrent use.
type batchProgress struct {
	e     *env
	json  bool
	every time.Duration // between two lines

	mu       sync.Mutex // guards all below
	last     time.Duration
	above    *screen // nil where no bar is shown
	bar      *bar    // nil until the first step
	problems int
	latest   batch.Progress
}

func newBatchProgress(e *env, asJSON bool) *batchProgress {
	p := &batchProgress{e: e, json: asJSON, every: lineEvery}
	switch {
	case asJSON:
		p.every = time.Second
	case e.showsBar():
		p.every = 100 * time.Millisecond
		p.above = &screen{to: e.err}
		e.err = p.above
	}
	return p
}

// batchProgressJSON is a line of --json-progress.
type batchProgressJSON struct {
	Schema      string        `json:"schema"` // "llmops.batch.progress/v1"
	Succeeded   int           `json:"succeeded"`
	Failed      int           `json:"failed"`
	Problems    int           `json:"input_problems"`
	StandIns    *llm.StandIns `json:"stand_ins,omitempty"` // absent when there are none
	Retries     int           `json:"retries"`
	Share       *float64      `json:"share"` // of the input; null when its size is not known
	Cost        *llm.Money    `json:"cost_usd"`
	Concurrency int           `json:"concurrency"`
	Elapsed     float64       `json:"elapsed_s"`
}

func (b *batchProgress) show(p batch.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.latest = p
	if p.Elapsed-b.last < b.every || b.e.quiet && !b.json {
		return
	}
	b.last = p.Elapsed
	if b.json {
		b.showJSON(p)
		return
	}
	if b.above == nil {
		b.e.notice("%s", batchLine(p))
		return
	}
	if b.bar == nil {
		b.bar = newBar(b.above, barSteps)
	}
	b.bar.words.Store(&barWords{"", " " + batchLine(p)})
	b.bar.line.SetCurrent(min(barSteps-1, int64(p.Share*barSteps))) // a full bar would go by itself
}

// barSteps is how finely the bar of a batch grows: the number of records is not known before the end.
const barSteps = 1000

// clear takes the bar away.
func (b *batchProgress) clear() {
	if b.bar != nil {
		b.bar.end()
		b.bar = nil
	}
}

func batchLine(p batch.Progress) string {
	line := plural(p.Succeeded+p.Failed, "record")
	if p.Share > 0 {
		line += fmt.Sprintf(" (%.0f %%)", 100*p.Share)
	}
	if p.Failed > 0 {
		line += fmt.Sprintf(", %s failed", grouped(p.Failed))
	}
	if p.Cost != nil {
		line += ", " + dollars(*p.Cost)
	}
	line += fmt.Sprintf(", %d at once", p.Concurrency)
	if s := p.Elapsed.Seconds(); s > 0 && p.Fresh > 0 {
		rate := float64(p.Fresh) / s
		line += fmt.Sprintf(", %.0f records/s", rate)
		if p.Share > 0 {
			done := float64(p.Succeeded + p.Failed)
			line += fmt.Sprintf(", about %s left", seconds((done/p.Share-done)/rate))
		}
	}
	return line
}

func (b *batchProgress) showJSON(p batch.Progress) {
	doc := batchProgressJSON{
		Schema: "llmops.batch.progress/v1", Succeeded: p.Succeeded, Failed: p.Failed, Problems: p.Problems, StandIns: p.StandIns, Retries: p.Retries,
		Cost: p.Cost, Concurrency: p.Concurrency, Elapsed: p.Elapsed.Seconds(),
	}
	if p.Share > 0 {
		doc.Share = &p.Share
	}
	text, err := json.Marshal(doc)
	if err == nil {
		b.e.notice("%s", text)
	}
}

// shownProblems is how many mistakes of the input are named; the rest are counted.
const shownProblems = 20

func (b *batchProgress) problem(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems++
	if b.problems > shownProblems {
		return
	}
	b.clear()
	b.e.notice("%s", termsafe.String(err.Error()))
	if b.problems == 1 {
		b.e.hint(err)
	}
}

// landing tells what a batch that was stopped waits for.
func (b *batchProgress) landing(underWay int, grace time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
	b.e.notice("stopping: %s under way may finish within %s; Ctrl-C ends it at once", plural(underWay, "call"), grace)
}

func (b *batchProgress) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
	if b.json && b.latest.Elapsed > b.last {
		b.showJSON(b.latest)
	}
	if more := b.problems - shownProblems; more > 0 {
		b.e.notice("… and %s more in the input", plural(more, "mistake"))
	}
}

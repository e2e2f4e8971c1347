package eval

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/counts"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// Run runs the suite and blocks until all of it is done, ctx ends, or going on makes no sense: a key
// that is refused, a used-up account, a full disk, a provider that fails every call from the first on.
// What is finished by then is kept, and the Outcome comes with the error. All cases are read and checked
// before the first call; a mistake in them is a *diag.Error, makes the Outcome nil and writes nothing.
func Run(ctx context.Context, s *Suite, cfg Config) (*Outcome, error) {
	r, err := prepare(s, cfg)
	if err != nil {
		return nil, err
	}
	if err := r.preflight(ctx); err != nil {
		return nil, errors.Join(err, r.release())
	}
	return r.run(ctx)
}

func (r *runner) run(ctx context.Context) (*Outcome, error) {
	stop := r.work(ctx)
	out, err := r.finish(stop)
	if stop != nil {
		err = stop
	}
	return out, err
}

// Outcome is a run that has ended.
type Outcome struct {
	Dir    string // "" when it ended before anything was written
	Info   Info
	Result Result
	Unread []Unread // expectations of cases that no scorer looks at; of a run that was made now
}

// runner holds one run. Its fields are set before the workers start; tally, dir and counts belong to
// the goroutine that collects.
type runner struct {
	suite     *Suite
	cfg       Config
	version   promptVersion
	inputVar  string // the variable that inputs fill
	model     string // as named
	send      string // as sent: a recording's name resolved to its path
	cases     Summary
	unread    []Unread
	automatic []*score.Metric
	started   time.Time

	info   Info
	dir    *dir
	marked bool // run.json says that the run is going on
	tally  *tally
	have   map[int]string // of the resumed run: the case of each record
	again  map[int]again  // of it too: what is to be made anew
	lines  int            // of it too: its records
	stray  error          // of it too: the first record that is in no place of the run
	calls  int            // total
	done   int
	failed int
	before time.Duration // spent by the earlier parts of a resumed run

	handedOut chan struct{} // closed when no call is left to begin
}

// job is one call to make.
type job struct {
	c      *Case
	index  int // of the case
	repeat int
	seq    int
	fresh  bool  // no answer from a cache will do
	stored *line // an answer that is there, to be scored where it is unscored; nil: to be asked for
}

// finished is a job with its record.
type finished struct {
	job
	record *Record
	err    error
}

func (r *runner) work(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	jobs, results := make(chan job), make(chan finished)
	go func() {
		defer close(jobs)
		defer close(r.handedOut)
		if err := r.produce(ctx, jobs); err != nil {
			cancel(err)
		}
	}()
	var workers sync.WaitGroup
	for range min(r.cfg.concurrency(r.suite), maxConcurrency, max(1, r.calls)) {
		workers.Go(func() {
			for j := range jobs {
				results <- r.inSlot(ctx, j)
			}
		})
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	for f := range results { // to the end, so that no worker is left behind
		if err := r.collect(ctx, f); err != nil {
			cancel(err)
		}
	}
	return context.Cause(ctx)
}

// produce hands out the calls that are to be made, in the order of the cases.
func (r *runner) produce(ctx context.Context, jobs chan<- job) error {
	sum, index := newFingerprint(), 0
	for c, err := range r.suite.All() {
		if err != nil {
			return err
		}
		sum.add(c)
		for repeat := range r.suite.repeats() {
			j := job{c: c, index: index, repeat: repeat, seq: index*r.suite.repeats() + repeat}
			done, line, err := r.stored(j)
			if err != nil {
				return err
			}
			if done {
				continue
			}
			j.stored = line
			select {
			case jobs <- j:
			case <-ctx.Done():
				return nil
			}
		}
		index++
	}
	if sum.summary() != r.cases {
		return diag.At(r.suite.File, 0, 0, "the case files changed while the suite was running")
	}
	return nil
}

// inSlot asks when as few calls are under way as the runs of a matrix may make together.
func (r *runner) inSlot(ctx context.Context, j job) finished {
	if r.cfg.slots != nil {
		select {
		case r.cfg.slots <- struct{}{}:
			defer func() { <-r.cfg.slots }()
		case <-ctx.Done():
		}
	}
	return r.ask(ctx, j)
}

// ask makes one call and scores its answer.
func (r *runner) ask(ctx context.Context, j job) finished {
	if ctx.Err() != nil {
		return finished{job: j, err: ctx.Err()}
	}
	if j.stored != nil {
		return r.scoreAgain(ctx, j)
	}
	res, err := r.cfg.Caller.Generate(ctx, r.call(j))
	rec := newRecord(j.c, j.repeat, j.seq)
	rec.answer(res, err)
	var resp *llm.Response
	if res != nil {
		resp = res.Response
	}
	// An answer that is there is scored, also when the run is being stopped.
	if scoreErr := rec.scoreAll(context.WithoutCancel(ctx), j.c, resp, r.suite.scorersFor(j.c, r.automatic)); scoreErr != nil {
		err = scoreErr
	}
	return finished{j, rec, err}
}

func (r *runner) call(j job) engine.Call {
	p := r.suite.Params
	call := engine.Call{
		Version: r.version, Task: r.suite.Task, Tags: j.c.Tags, Source: "eval", Run: r.info.ID, Tenant: r.cfg.Tenant,
		Request: llm.Request{
			Model: r.send, Messages: j.c.Messages, Case: j.c.ID, Repeat: j.repeat, Fresh: j.fresh, Temperature: p.Temperature,
			TopP: p.TopP, MaxTokens: p.MaxTokens, Seed: p.Seed, Stop: p.Stop, Options: p.Options,
		},
	}
	switch {
	case r.version != nil:
		call.Vars = j.c.variables(r.inputVar)
	case j.c.Input != "":
		call.Request.Messages = append([]llm.Message{llm.Text(llm.RoleUser, j.c.Input)}, j.c.Messages...)
	}
	return call
}

// collect writes one record. The error it returns ends the run.
func (r *runner) collect(ctx context.Context, f finished) error {
	if f.err != nil && ctx.Err() != nil {
		return nil // cut off by the end of the run: to be done again when it is resumed
	}
	if f.record == nil {
		return f.err
	}
	if engine.EndsRun(f.err) {
		return fmt.Errorf("case %s: %w", f.c.ID, f.err)
	}
	if err := r.write(f.record); err != nil {
		return err
	}
	r.count(f.record)
	if r.failed == r.done && r.done >= max(20, 2*r.cfg.concurrency(r.suite)) && isProvider(f.err) {
		return fmt.Errorf("the first %s calls all failed, the last with: %w", counts.Grouped(r.done), f.err)
	}
	return nil
}

// sum adds a record that is kept to the sums.
func (r *runner) sum(rec *Record) {
	r.tally.add(rec)
	r.done++
	if rec.Error != nil {
		r.failed++
	}
	if r.cfg.Kept != nil {
		r.cfg.Kept(rec)
	}
}

// count sums a record up and tells how far the run is.
func (r *runner) count(rec *Record) {
	r.sum(rec)
	if r.cfg.Progress != nil {
		r.cfg.Progress(Progress{r.calls, r.done, r.failed, r.tally.usage.copy(), r.cfg.now().Sub(r.started)})
	}
}

func isProvider(err error) bool {
	var e *llm.Error
	return errors.As(err, &e)
}

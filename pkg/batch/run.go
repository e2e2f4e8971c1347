package batch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
)

// Run sends what is left of the batch and blocks until all of it is written, ctx ends, or going on makes
// no sense: a key that is refused, a used-up account or budget, too many failures, a full disk. Calls on
// the wire may then finish for Config.Grace. What is finished is kept, and running the batch again
// goes on with the rest. Records that fail are no error of Run: the Summary counts them. The Summary is
// nil when the mistake was found before anything was written.
func (j *Job) Run(parent context.Context, caller Caller) (*Summary, error) {
	in, err := j.cfg.open()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	r := &run{
		Job: j, caller: caller, in: in, stop: cancel, started: j.cfg.Now(), settings: j.cfg.Settings.hash(),
		tally: j.before.clone(), size: j.cfg.Input.Size(),
	}
	items := r.pump(ctx)
	first, err := r.preflight(ctx, items)
	if err == nil {
		err = j.begin()
	}
	if err != nil {
		return nil, err
	}
	r.work(parent, ctx, first, items)
	return r.finish(context.Cause(ctx))
}

// run is a Job under way. The known ids belong to the goroutine that feeds.
type run struct {
	*Job
	caller   Caller
	in       *reader
	stop     context.CancelCauseFunc
	started  time.Time
	settings string // hash of the settings
	flights  flights

	size  int64 // of the input in bytes; 0: not known
	whole bool  // the input was read to its end

	mu       sync.Mutex // guards all below, and the files
	tally    tally
	fresh    tally // of this run only
	problems int
	lost     int   // problems of records that get no record, for want of an id of their own
	cutOff   int   // calls that had no time to finish
	inOrder  int   // place of the record that was written last
	reached  int64 // how far into the input the answers go
	unsorted bool
}

// answer is an item with what came of it. Without a record there is nothing to write but a problem.
type answer struct {
	*item
	record  *Record
	line    []byte // the record as it is written
	err     error
	problem error // a mistake in the input, for Config.Problem
	failed  bool  // it goes to the file of errors
}

// pump reads items until the end or ctx's. A read that blocks, of a pipe, outlives ctx: nobody waits for it.
func (r *run) pump(ctx context.Context) <-chan *item {
	items := make(chan *item, 64)
	go func() {
		defer close(items)
		defer r.in.close() //nolint:errcheck // only read from
		for {
			it, err := r.in.next()
			if err != nil {
				it = &item{place: -1, err: err} // io.EOF too
			}
			select {
			case items <- it:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return items
}

// work has the calls made. A worker takes the next record when the last one's answer is written, so that
// what a kill loses is never more than one call a worker.
func (r *run) work(parent, ctx context.Context, first []*item, items <-chan *item) {
	jobs, done := make(chan *item, r.cfg.Concurrency), make(chan struct{}) // a worker finds its next record waiting
	calls, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var workers, landing sync.WaitGroup
	workers.Go(func() {
		defer close(jobs)
		r.feed(ctx, first, items, jobs)
	})
	for range r.cfg.Concurrency {
		workers.Go(func() {
			for it := range jobs {
				if ctx.Err() == nil {
					r.settle(r.ask(calls, it))
				}
			}
		})
	}
	landing.Go(func() { r.land(parent, ctx, done, cut) })
	workers.Wait()
	close(done)
	landing.Wait()
}

// land waits for the end of ctx and gives the calls on the wire their time. Where it was the run that
// ended itself, the end of parent cuts that time short.
func (r *run) land(parent, ctx context.Context, done <-chan struct{}, cut func()) {
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	impatient := parent.Done()
	if parent.Err() != nil {
		impatient = nil
	}
	if left := r.flights.land(); left > 0 && r.cfg.Landing != nil {
		r.cfg.Landing(left)
	}
	grace := time.NewTimer(r.cfg.Grace)
	defer grace.Stop()
	select {
	case <-done:
	case <-grace.C:
		cut()
	case <-impatient:
		cut()
	}
}

// ask makes one call.
func (r *run) ask(ctx context.Context, it *item) answer {
	ctx, end := r.flights.begin(ctx)
	defer end()
	res, err := r.caller.Generate(ctx, it.call)
	if isUser(err) {
		err = r.in.parse.at(it, err)
	}
	a := answer{item: it, record: newRecord(it.id, joinHash(r.settings, it.hash), res, err), err: err, failed: err != nil}
	if isUser(err) { // such as a variable that is missing
		a.problem = err
	}
	return a
}

// settle writes an answer, and ends the run where collect says so.
func (r *run) settle(a answer) {
	if a.record != nil {
		var err error
		if a.line, err = a.record.line(); err != nil {
			r.stop(fmt.Errorf("record %q: %w", a.id, err))
			return
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.collect(a); err != nil {
		r.stop(err)
	}
}

// collect writes one record. The error it returns ends the run.
func (r *run) collect(a answer) error {
	switch {
	case errors.Is(a.err, context.Canceled):
		r.cutOff++
		return nil // to be done when the batch goes on
	case engine.EndsRun(a.err):
		return fmt.Errorf("record %q: %w", a.id, a.err)
	case r.asksForLong(a.err):
		return fmt.Errorf("record %q: %w: %w", a.id, ErrLongWait, a.err)
	}
	if a.problem != nil {
		r.problem(a)
	}
	if err := r.write(a); err != nil {
		return err
	}
	if r.cfg.Progress != nil {
		r.cfg.Progress(r.progress(a.item))
	}
	return r.tooMany(a.err)
}

func (r *run) write(a answer) error {
	if a.record != nil {
		if err := r.out.AppendLine(a.line); err != nil {
			return fmt.Errorf("output: %w", err)
		}
		r.unsorted = r.unsorted || a.place < r.inOrder
		r.inOrder = a.place
		r.tally.add(a.record)
		r.fresh.add(a.record)
	}
	if a.failed && r.errors != nil && len(a.raw) > 0 { // a line that is too long was not kept
		if err := r.errors.AppendLine(a.raw); err != nil {
			return fmt.Errorf("file of errors: %w", err)
		}
	}
	return nil
}

func (r *run) problem(a answer) {
	r.problems++
	if a.record == nil {
		r.lost++
	}
	if r.cfg.Problem != nil {
		r.cfg.Problem(a.problem)
	}
}

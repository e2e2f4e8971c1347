package batch

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// tries is how many records are looked at before the first call.
const tries = 20

// preflight looks at the first records and returns them. When none of them can be sent, for a missing
// key, a model or prompt that does not exist or a mistake in each, it returns the error of the first,
// and nothing has been written.
func (r *run) preflight(ctx context.Context, items <-chan *item) ([]*item, error) {
	var first []*item
	var problem error
	broken := 0
	for len(first) < tries {
		var it *item
		select {
		case it = <-items:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if it == nil {
			return nil, context.Cause(ctx)
		}
		first = append(first, it)
		switch {
		case it.place < 0 && errors.Is(it.err, io.EOF):
			if len(first) > 1 {
				return first, noneOf(broken, len(first)-1, problem)
			}
			return nil, diag.At(r.cfg.Input.Name, 0, 0, "there is no record in it").
				WithHint(`a record is a line: {"id": "1", "input": "Hello"}`)
		case it.place < 0:
			return nil, it.err
		}
		err := r.check(ctx, it)
		switch {
		case err == nil:
			return first, nil
		case errors.Is(err, llm.ErrAuth):
			return nil, err
		case problem == nil:
			problem = err
		}
		if it.err != nil {
			broken++
		}
	}
	return first, noneOf(broken, len(first), problem)
}

// noneOf words the first mistake, where each of some records has its own.
func noneOf(broken, records int, first error) error {
	if broken < records || records == 1 {
		return first
	}
	return fmt.Errorf("none of the first %d records can be sent: %w", records, first)
}

func (r *run) check(ctx context.Context, it *item) error {
	checker, ok := r.caller.(Checker)
	if it.err != nil || !ok {
		return it.err
	}
	err := checker.Check(ctx, it.call)
	if isUser(err) {
		err = r.in.parse.at(it, err)
	}
	return err
}

// begin opens the files to write.
func (j *Job) begin() error {
	if j.out == nil {
		out, err := jsonlines.OpenFile(j.cfg.Output)
		if err != nil {
			return outputError(err)
		}
		j.out = out
		if out.Size() > 0 {
			return outputError(jsonlines.ErrLocked) // somebody began one this very moment
		}
	}
	if j.cfg.Errors == "" {
		return nil
	}
	var err error
	if j.errors, err = jsonlines.OpenFile(j.cfg.Errors); err != nil {
		return diag.Errorf("file of errors: %w", err)
	}
	return j.errors.Clear() // failures of earlier runs are written anew
}

// feed hands out the records that are to be sent, in the input's order. All others are settled.
func (r *run) feed(ctx context.Context, first []*item, items <-chan *item, jobs chan<- *item) {
	for {
		var it *item
		if len(first) > 0 {
			it, first = first[0], first[1:]
		} else {
			select {
			case it = <-items:
			case <-ctx.Done():
			}
		}
		if it == nil || ctx.Err() != nil {
			return
		}
		if it.place < 0 {
			r.end(it.err)
			return
		}
		if a, settled := r.classify(it); settled {
			if a.item != nil {
				r.settle(a)
			}
			continue
		}
		select {
		case jobs <- it:
		case <-ctx.Done():
			return
		}
	}
}

// end is for when there is nothing more to read.
func (r *run) end(err error) {
	switch {
	case !errors.Is(err, io.EOF):
		r.stop(err)
	case r.known.unmet() > 0:
		r.mu.Lock() // it reads the output
		err := r.surplus()
		r.mu.Unlock()
		r.stop(err)
	default:
		r.whole = true
	}
}

// classify tells what to do with an item: send it, or what its answer is already. settled without an item
// means that the output has its record.
func (r *run) classify(it *item) (a answer, settled bool) {
	if it.id == "" {
		return answer{item: it, problem: it.err, failed: true}, true
	}
	switch r.known.meet(it.id, it.hash, it.place) {
	case isDone:
		return answer{}, true
	case isFailed:
		return answer{item: it, failed: true}, true
	case isTwice:
		return answer{item: it, problem: twice(&r.in.parse, it), failed: true}, true
	case isChanged:
		r.stop(changed(&r.cfg, it))
		return answer{}, true
	}
	if it.err != nil {
		rec := newRecord(it.id, joinHash(r.settings, it.hash), nil, it.err)
		return answer{item: it, record: rec, problem: it.err, err: it.err, failed: true}, true
	}
	return answer{}, false
}

func twice(p *parser, it *item) error {
	return p.at(it, diag.Errorf("the id %q was there before", it.id).WithHint("ids are unique in a batch"))
}

package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// FetchOptions say how answers are fetched.
type FetchOptions struct {
	// GiveUp writes an error for each record that has no result where the provider says that all is done,
	// or does not know the batch any more. Without it that is an error of Fetch, and can be tried again.
	GiveUp bool
}

// Fetched is what Fetch has come to.
type Fetched struct {
	*State
	Summary  batch.Summary // of the whole output
	Complete bool          // each record has its answer, and they stand in the input's order
	Unknown  int           // results of records that are not the batch's
	Twice    int           // results of records that had one already
	Repaired int64         // bytes of a record that was cut off
}

// Fetch writes the answers of all parts that have ended. It may be stopped anywhere and run again: what is
// written stays, and nothing is written twice. The result is nil when nothing could be begun.
func (c *Client) Fetch(ctx context.Context, output string, o FetchOptions) (*Fetched, error) {
	j, err := openJournal(StatePath(output), false)
	if err != nil {
		return nil, err
	}
	defer j.close() //nolint:errcheck // each step has been synced
	if !j.Planned {
		return nil, diag.Errorf("the batch of %s was not handed over: its submit was stopped before", output).WithHint("run batch submit again")
	}
	out, err := batch.OpenOutput(output, j.Begin.Settings)
	if err != nil {
		return nil, err
	}
	defer out.Close() //nolint:errcheck // it has been synced
	f := &fetch{client: c, j: j, out: out, opts: o, lost: map[int]bool{}, unwritten: map[int]int{}, res: &Fetched{State: j.State, Repaired: out.Repaired()}}
	err = f.run(ctx)
	f.res.Summary = out.Summary()
	return f.res, err
}

// fetch is a Fetch under way.
type fetch struct {
	client *Client
	j      *journal
	out    *batch.Output
	opts   FetchOptions
	res    *Fetched

	begun     bool         // the part may have answers in the ledger, of an earlier fetch
	lost      map[int]bool // parts that the provider does not know any more, given up
	unwritten map[int]int  // records of a part that the output has not
}

// waiting is a request whose result is to come.
type waiting struct {
	id, hash, asked string
	written         bool // the output has it
	recorded        bool // in the ledger, by this fetch
	done            bool
}

func (f *fetch) run(ctx context.Context) error {
	if err := f.refresh(ctx); err != nil {
		return err
	}
	written, err := f.meet()
	if err != nil {
		return err
	}
	for _, p := range f.j.Parts {
		if p.settled() && f.unwritten[p.Number] == 0 || !p.Ended() && !f.lost[p.Number] && !p.settled() {
			continue
		}
		if err := f.part(ctx, p, written); err != nil {
			return errors.Join(fmt.Errorf("part %d of %d: %w", p.Number, len(f.j.Parts), err), f.out.Sync())
		}
	}
	if !f.j.Fetched() {
		return f.out.Sync()
	}
	f.res.Complete = true
	return f.out.Finish()
}

// refresh asks how far the parts are.
func (f *fetch) refresh(ctx context.Context) error {
	for _, p := range f.j.Parts {
		if !p.Submitted() || p.Ended() || p.settled() {
			continue
		}
		err := f.client.ask(ctx, f.j, p, API.Get)
		switch {
		case f.gone(err):
			f.lost[p.Number] = true
		case err != nil:
			return fmt.Errorf("part %d, %s: %w", p.Number, p.Batch.ID, err)
		}
	}
	return nil
}

// gone tells that the provider does not know the batch any more, and that the user gives it up.
func (f *fetch) gone(err error) bool {
	e, ok := errors.AsType[*llm.Error](err)
	return ok && e.Kind == llm.KindNotFound && f.opts.GiveUp
}

// meet tells the output of all records, and writes those that were never sent. The result holds the places
// of those that the output has.
func (f *fetch) meet() (written []bool, err error) {
	err = f.j.requests(func(place int, r *request) error {
		there, err := f.out.Meet(r.ID, r.Hash, place)
		if err != nil {
			return err
		}
		written = append(written, there)
		if there {
			return nil
		}
		if r.Error == nil {
			f.unwritten[r.Part]++
			return nil
		}
		rec := batch.NewRecord(r.ID, r.Hash, nil, errNotSent)
		rec.Error = r.Error
		written[place] = true
		return f.out.Append(rec)
	})
	if err == nil && f.out.Unknown() > 0 {
		err = diag.Errorf("the output holds %d records that are none of the batch's", f.out.Unknown()).WithHint("move it away, and fetch again")
	}
	return written, err
}

var errNotSent = errors.New("it was not sent")

// part fetches one part's answers.
func (f *fetch) part(ctx context.Context, p *Part, written []bool) error {
	table, err := f.table(p, written)
	if err != nil {
		return err
	}
	f.begun = p.Step == StepFetching || p.settled()
	if p.Submitted() {
		if err := f.j.step(p, func(p *Part) { p.Step = StepFetching }); err != nil {
			return err
		}
		if err := f.results(ctx, p, table); err != nil && !f.gone(err) {
			return err
		}
	}
	if err := f.rest(ctx, p, table); err != nil {
		return err
	}
	if err := f.out.Sync(); err != nil {
		return err
	}
	if l := f.client.Ledger; l != nil {
		if err := l.Flush(ctx); err != nil {
			f.client.notice("warning: answers are not recorded: %v", err)
		}
	}
	return f.j.step(p, func(p *Part) { p.Step = StepFetched })
}

// table finds the part's requests, by their custom ids.
func (f *fetch) table(p *Part, written []bool) (map[string]*waiting, error) {
	table := make(map[string]*waiting, p.Requests)
	err := f.j.requests(func(place int, r *request) error {
		if r.Part == p.Number {
			table[customID(f.j.Begin.Tag, r.ID, place)] = &waiting{id: r.ID, hash: r.Hash, asked: r.Asked, written: written[place]}
		}
		return nil
	})
	return table, err
}

// write gives a request its record.
func (f *fetch) write(ctx context.Context, p *Part, custom string, w *waiting, resp *llm.Response, err error) error {
	w.done = true
	res := &engine.Result{Response: resp}
	if resp != nil {
		resp.Attempts = 1
		if f.client.Price != nil && resp.Usage != nil {
			res.Cost = f.client.Price(p.Model, resp.Usage, p.Batch.time(f.client.now()))
		}
	}
	if p.Submitted() {
		res.TraceID = traceID(p.Batch, custom)
	}
	rec := batch.NewRecord(w.id, w.hash, res, err)
	lost, isLost := errors.AsType[*lostError](err)
	if isLost {
		rec.Error.Type, rec.TraceID = lost.kind, ""
	}
	if !w.written {
		if err := f.out.Append(rec); err != nil {
			return err
		}
		w.written = true
	}
	if isLost || w.recorded {
		return nil
	}
	w.recorded = true
	if err := f.record(ctx, p, w, rec, resp, err); err != nil {
		f.client.notice("warning: an answer is not recorded: %v", err)
	}
	return nil
}

package eval

import (
	"errors"
	"time"
)

// write appends a record. The run's directory is made for the first one, so that a run that cannot
// begin leaves nothing behind.
func (r *runner) write(rec *Record) error {
	if r.dir == nil {
		if r.cfg.Commit != nil {
			r.info.Commit = r.cfg.Commit()
		}
		d, err := createDir(r.cfg.Root, r.info)
		if err != nil {
			return err
		}
		r.dir = d
	}
	return r.dir.append(rec)
}

// finish sums up, puts the records into the order of the cases and closes the run.
func (r *runner) finish(stop error) (*Outcome, error) {
	end := r.cfg.now()
	r.info.Ended, r.info.Status = end.UTC(), StatusComplete
	r.info.Duration = Millis(r.before + end.Sub(r.started).Round(time.Millisecond))
	if stop != nil {
		r.info.Status = StatusInterrupted
	}
	out := &Outcome{Info: r.info, Result: r.tally.result(r.info, r.suite.maxUnscored())}
	if r.dir == nil {
		return out, nil
	}
	out.Dir = r.dir.path
	out.Info.Totals = &out.Result
	return out, errors.Join(r.dir.close(), writeInfo(r.dir.path, out.Info))
}

// release gives a run back that is not gone on with.
func (r *runner) release() error {
	if r.dir == nil {
		return nil
	}
	return r.dir.file.Close()
}

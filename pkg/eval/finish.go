package eval

import (
	"errors"
	"fmt"
	"time"
)

// write appends a record. The run's directory is made for the first one, so that a run that cannot
// begin leaves nothing behind. One that is resumed is marked as going on again.
func (r *runner) write(rec *Record) error {
	if r.dir == nil {
		if r.cfg.Commit != nil {
			r.info.Commit = r.cfg.Commit()
		}
		d, err := createDir(r.cfg.Root, r.info)
		if err != nil {
			return err
		}
		r.dir, r.marked = d, true
	}
	if !r.marked {
		if err := writeInfo(r.dir.path, r.info); err != nil {
			return fmt.Errorf("run directory: %w", err)
		}
		r.marked = true
	}
	if _, redone := r.again[rec.Seq]; redone {
		return r.dir.replace(rec)
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
	out := &Outcome{Info: r.info, Unread: r.unread}
	if r.dir == nil {
		out.Result = r.tally.result(r.info, r.suite.maxUnscored())
		return out, nil
	}
	out.Dir = r.dir.path
	err := r.dir.close()
	if len(r.again) > 0 { // what was not made anew, as the run was stopped, counts as it was
		if again, sumErr := sumUp(out.Dir, r.info); sumErr == nil {
			r.tally = again
		} else {
			err = errors.Join(err, sumErr)
		}
	}
	out.Result = r.tally.result(r.info, r.suite.maxUnscored())
	out.Info.Totals = &out.Result
	return out, errors.Join(err, writeInfo(r.dir.path, out.Info))
}

// release gives a run back that is not gone on with.
func (r *runner) release() error {
	if r.dir == nil {
		return nil
	}
	return r.dir.file.Close()
}

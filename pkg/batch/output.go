package batch

import (
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// Output is a file of records that somebody else than a Job writes, under the same rules: locked, a torn
// tail removed, one write a record, no record twice. It belongs to one goroutine.
type Output struct{ job *Job }

// OpenOutput opens an output, which it makes if there is none. settings is the settings' part of its
// records' hashes; an output of other settings is a *diag.Error, as is a file that is none.
func OpenOutput(path, settings string) (*Output, error) {
	j := &Job{cfg: Config{Output: path}, known: newKnown()}
	if err := checkPaths(j.cfg); err != nil {
		return nil, err
	}
	out, err := jsonlines.OpenFile(path)
	if err != nil {
		return nil, outputError(err)
	}
	j.out = out
	if err := j.load(settings); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	if j.cut, err = out.Repair(); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return &Output{j}, nil
}

// Meet tells the output of a record of the input and its place there, and whether its answer is written
// already, be it a failure. Each record is met once, before it is appended.
func (o *Output) Meet(id, hash string, place int) (written bool, err error) {
	_, record, ok := cutHash(hash)
	if !ok {
		return false, errors.New("a record's hash is none")
	}
	switch o.job.known.meet(id, record, place) {
	case isDone, isFailed:
		return true, nil
	case isChanged:
		return false, diag.Errorf("%s: the record %q answers another question of this id", o.job.cfg.Output, id).
			WithHint("write to another file")
	}
	return false, nil
}

// Append writes a record, in one write.
func (o *Output) Append(r *Record) error {
	if err := o.job.out.Append(r); err != nil {
		return diag.Errorf("output: %w", err)
	}
	o.job.before.add(r)
	return nil
}

// Sync waits until the disk has all records.
func (o *Output) Sync() error { return o.job.out.Sync() }

// Finish puts a complete output in the order of the input; all its records have been met.
func (o *Output) Finish() error {
	if err := o.job.out.Sync(); err != nil {
		return err
	}
	return o.job.arrange()
}

// Unknown counts the records of the output that were not met: they belong to another batch.
func (o *Output) Unknown() int { return o.job.known.unmet() }

// Repaired is how many bytes of a record that was cut off were removed from the end.
func (o *Output) Repaired() int64 { return o.job.cut }

// Summary sums up all records.
func (o *Output) Summary() Summary { return o.job.before.summary() }

// Close ends the hold on the file.
func (o *Output) Close() error { return o.job.Close() }

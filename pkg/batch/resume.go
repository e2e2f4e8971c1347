package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// resume takes over the records of an output. Only when it is known to be one is its tail repaired.
func (j *Job) resume() error {
	out, err := jsonlines.OpenFile(j.cfg.Output)
	if err != nil {
		return outputError(err)
	}
	j.out = out
	if err := j.load(j.cfg.Settings.hash()); err != nil {
		return err
	}
	if j.cut, err = out.Repair(); err != nil {
		return err
	}
	if j.known.done == 0 || j.cfg.Input.once() {
		return nil // what can be read only once is compared while it runs
	}
	return j.compare()
}

func outputError(err error) error {
	if errors.Is(err, jsonlines.ErrLocked) {
		return diag.Errorf("%w", err).WithHint("wait for the other run, or write to another file")
	}
	return diag.Errorf("output: %w", err)
}

// load reads the output's records, which have the settings' hash.
func (j *Job) load(settings string) error {
	in := j.out.Reader()
	for {
		line, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return j.foreign(in.Number(), err)
		case in.Torn() && torn(line):
			return nil
		}
		var r Record
		if err := json.Unmarshal(line, &r); err != nil {
			return j.foreign(in.Number(), err)
		}
		own, hash, ok := cutHash(r.Hash)
		switch {
		case !ok:
			return j.foreign(in.Number(), errors.New("it has no hash"))
		case own != settings:
			return diag.At(j.cfg.Output, in.Number(), 0, "it belongs to another batch: its model, prompt or mapping was another").
				WithHint("go on with the same flags as before, or write to another file")
		case in.Torn():
			return nil // whole but for its end: the repair cuts it off, and it is asked again
		case !j.known.wrote(r.ID, hash, r.Error != nil):
			return diag.At(j.cfg.Output, in.Number(), 0, "the record %q is there twice", r.ID)
		}
		j.before.add(&r)
	}
}

// torn tells whether a line without an end can be the beginning of a record.
func torn(line []byte) bool {
	const begin = `{"id":"`
	n := min(len(line), len(begin))
	return !json.Valid(line) && bytes.Equal(line[:n], []byte(begin[:n]))
}

func (j *Job) foreign(line int, err error) error {
	return diag.At(j.cfg.Output, line, 0, "it is no output of a batch: %w", err).WithHint("write to another file")
}

// compare reads the input once to see whether the output belongs to it, before anything is paid for.
func (j *Job) compare() error {
	in, err := j.cfg.open()
	if err != nil {
		return err
	}
	defer in.close() //nolint:errcheck // only read from
	met := 0
	for met < j.known.done {
		it, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if it.id == "" {
			continue
		}
		switch j.known.meet(it.id, it.hash, it.place) {
		case isChanged:
			return changed(&j.cfg, it)
		case isDone, isFailed:
			met++
		}
	}
	if met < j.known.done {
		return j.surplus()
	}
	j.known.forget()
	return nil
}

func changed(cfg *Config, it *item) error {
	return diag.At(cfg.Input.Name, it.line, 0, "the record %q has changed since %s was begun", it.id, cfg.Output).
		WithHint("restore the input, or write to another file")
}

// surplus names the first record of the output that the input has not.
func (j *Job) surplus() error {
	in := j.out.Reader()
	for {
		line, err := in.Next()
		if err != nil {
			return diag.Errorf("%s belongs to another batch", j.cfg.Output) // it named one a moment ago
		}
		var r struct{ ID string }
		if json.Unmarshal(line, &r) == nil && j.known.isUnmet(r.ID) {
			return diag.At(j.cfg.Output, in.Number(), 0, "it belongs to another batch: %s has no record %q, as %d more", j.cfg.Input.Name, r.ID, j.known.unmet()-1).
				WithHint("name the input that it was begun with, or write to another file")
		}
	}
}

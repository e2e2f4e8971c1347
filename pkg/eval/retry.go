package eval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// retriedName is the file in which a retry keeps records that are to take the place of others. They do when the run
// ends, in one step; a process that is killed before has changed nothing, and the next one takes them in.
const retriedName = "retried.jsonl"

// again is a record of an earlier part of a run that is to be made anew.
type again struct {
	line line
	ask  bool // there is no answer of a model; else the answer is there and some of its scores are missing
}

// scoreAgain scores an answer that is kept, where it is unscored. Its other scores stay as they are.
func (r *runner) scoreAgain(ctx context.Context, j job) finished {
	rec, err := r.dir.read(*j.stored)
	if err != nil {
		return finished{job: j, err: err}
	}
	missing := func(name string) bool { return rec.Scores[name].Unscored != "" }
	err = rec.scoreSome(context.WithoutCancel(ctx), j.c, r.suite.scorersFor(j.c, r.automatic), missing)
	return finished{j, rec, err}
}

// read reads a record again. It may be called while others are appended.
func (d *dir) read(l line) (*Record, error) {
	text, rec := make([]byte, l.length), new(Record)
	if err := d.readAt(text, l); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, rec); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(d.path, casesName), err)
	}
	return rec, nil
}

func (d *dir) readAt(p []byte, l line) error {
	f := d.file
	if l.redone {
		f = d.redone
	}
	_, err := f.ReadAt(p, l.offset)
	return err
}

// replace keeps a record that is to take the place of the one with its seq.
func (d *dir) replace(rec *Record) error {
	if err := d.openRedone(); err != nil {
		return fmt.Errorf("run directory: %w", err)
	}
	offset := d.redone.Size()
	if err := d.redone.Append(rec); err != nil {
		return fmt.Errorf("run directory: record of case %s: %w", rec.Case, err)
	}
	d.put(line{rec.Seq, int(d.redone.Size() - offset), offset, true})
	return nil
}

func (d *dir) openRedone() (err error) {
	if d.redone != nil {
		return nil
	}
	d.places = make(map[int]int, len(d.lines))
	for i, l := range d.lines {
		d.places[l.seq] = i
	}
	d.redone, err = jsonlines.OpenFile(filepath.Join(d.path, retriedName))
	return err
}

func (d *dir) put(l line) {
	if i, ok := d.places[l.seq]; ok {
		d.lines[i] = l
		return
	}
	d.places[l.seq] = len(d.lines)
	d.lines = append(d.lines, l)
}

// closeRedone closes the file of the retry, and removes it where its records are in their places.
func (d *dir) closeRedone(done bool) error {
	if d.redone == nil {
		return nil
	}
	err := d.redone.Close()
	if done {
		err = errors.Join(err, os.Remove(filepath.Join(d.path, retriedName)))
	}
	d.redone = nil
	return err
}

// takeIn puts the records of a retry that was killed into their places. The directory is open and locked before and
// after it.
func (d *dir) takeIn() (*dir, error) {
	if _, err := os.Stat(filepath.Join(d.path, retriedName)); errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	err := d.load(func(*Record, line) {})
	if err == nil {
		err = d.openRedone()
	}
	if err == nil {
		err = d.loadRedone()
	}
	if err = errors.Join(err, d.closeAfter(err)); err != nil {
		return nil, err
	}
	f, err := openRecords(d.path)
	return &dir{path: d.path, file: f}, err
}

// closeAfter closes the directory; where something failed before, without a change to it.
func (d *dir) closeAfter(failed error) error {
	if failed == nil {
		return d.close()
	}
	return errors.Join(d.file.Close(), d.closeRedone(false))
}

func (d *dir) loadRedone() error {
	if _, err := d.redone.Repair(); err != nil {
		return err
	}
	lines := d.redone.Reader()
	for {
		text, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		rec := new(Record)
		if err = parseRecord(rec, text, filepath.Join(d.path, retriedName), lines.Number(), err); err != nil {
			return err
		}
		d.put(line{rec.Seq, int(lines.End() - lines.Offset()), lines.Offset(), true})
	}
}

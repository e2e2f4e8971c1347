package batch

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// spot is where a record stands in the output, and where in the input.
type spot struct {
	place  int64
	offset int64
	length int64
}

// arrange rewrites the output in the input's order: into a file beside it, which then takes its place. It
// holds 24 bytes a record.
func (j *Job) arrange() error {
	spots, err := j.spots()
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	byPlace := func(a, b spot) int { return cmp.Compare(a.place, b.place) }
	if slices.IsSortedFunc(spots, byPlace) {
		return nil
	}
	slices.SortFunc(spots, byPlace)
	// Always the same name, so that a killed process leaves no more than one; the lock is still held.
	path := filepath.Join(filepath.Dir(j.cfg.Output), "."+filepath.Base(j.cfg.Output)+".sorting")
	if err := j.copyTo(path, spots); err != nil {
		return errors.Join(fmt.Errorf("output, in order: %w", err), os.Remove(path))
	}
	err = j.out.Close() // before the rename, which Windows refuses on an open file
	j.out = nil
	return errors.Join(err, os.Rename(path, j.cfg.Output))
}

func (j *Job) spots() ([]spot, error) {
	spots := make([]spot, 0, j.before.succeeded+j.before.failed)
	in := j.out.Reader()
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return spots, nil
		}
		if err != nil {
			return nil, err
		}
		var r struct{ ID string }
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, err
		}
		spots = append(spots, spot{j.known.place(r.ID), in.Offset(), in.End() - in.Offset()})
	}
}

func (j *Job) copyTo(path string, spots []spot) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644) //nolint:gosec // as readable as the output
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 256<<10)
	var buffer []byte
	for _, s := range spots {
		buffer = slices.Grow(buffer[:0], int(s.length))[:s.length]
		if _, err := j.out.ReadAt(buffer, s.offset); err != nil {
			return err
		}
		if _, err := w.Write(buffer); err != nil {
			return err
		}
	}
	return errors.Join(w.Flush(), f.Sync())
}

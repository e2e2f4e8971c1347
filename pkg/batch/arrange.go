package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

// spots are where the records stand in the output, by their place in the input: twelve bytes for each.
type spots struct {
	offsets []int64
	lengths []uint32 // 0 where the place has no record
}

func (s *spots) put(place, offset, length int64) {
	for int64(len(s.offsets)) <= place {
		s.offsets, s.lengths = append(s.offsets, 0), append(s.lengths, 0)
	}
	s.offsets[place], s.lengths[place] = offset, uint32(length) //nolint:gosec // a line is shorter than jsonlines.MaxLine
}

// arrange rewrites the output in the input's order: into a file beside it, which then takes its place.
func (j *Job) arrange() error {
	spots, sorted, err := j.spots()
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	if sorted {
		return nil
	}
	// Always the same name, so that a killed process leaves no more than one; the lock is still held.
	target := wholefile.Target(j.cfg.Output)
	path := filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".sorting")
	if err := j.copyTo(path, spots); err != nil {
		return errors.Join(fmt.Errorf("output, in order: %w", err), os.Remove(path))
	}
	return j.replaceBy(path, target)
}

// replaceBy makes the file the output, which stands at target. The old one, and the lock on it, is let go of last, but on Windows,
// which refuses to rename over an open file.
func (j *Job) replaceBy(path, target string) error {
	out := j.out
	j.out = nil
	if runtime.GOOS == "windows" {
		return errors.Join(out.Close(), os.Rename(path, target))
	}
	return errors.Join(os.Rename(path, target), out.Close())
}

func (j *Job) spots() (_ *spots, sorted bool, _ error) {
	n := j.known.size()
	all := &spots{make([]int64, 0, n), make([]uint32, 0, n)}
	in, last := j.out.Reader(), int64(-1)
	sorted = true
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all, sorted, nil
		}
		if err != nil {
			return nil, false, err
		}
		id, err := recordID(line)
		if err != nil {
			return nil, false, err
		}
		place := j.known.place(id)
		all.put(place, in.Offset(), in.End()-in.Offset())
		sorted, last = sorted && place > last, place
	}
}

// recordID reads the id of a record. It is written first, so that the rest need not be read.
func recordID(line []byte) (string, error) {
	if rest, ok := bytes.CutPrefix(line, []byte(`{"id":"`)); ok {
		if id, _, ok := bytes.Cut(rest, []byte(`"`)); ok && bytes.IndexByte(id, '\\') < 0 {
			return string(id), nil
		}
	}
	var r struct{ ID string }
	err := json.Unmarshal(line, &r)
	return r.ID, err
}

func (j *Job) copyTo(path string, spots *spots) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	old, err := os.Stat(j.cfg.Output)
	if err != nil {
		return err
	}
	if err := f.Chmod(old.Mode().Perm()); err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 256<<10)
	var buffer []byte
	for place, length := range spots.lengths {
		if length == 0 {
			continue
		}
		buffer = slices.Grow(buffer[:0], int(length))[:length]
		if _, err := j.out.ReadAt(buffer, spots.offsets[place]); err != nil {
			return err
		}
		if _, err := w.Write(buffer); err != nil {
			return err
		}
	}
	return errors.Join(w.Flush(), f.Sync())
}

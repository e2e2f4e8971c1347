package eval

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

// dir is a run's directory, open for appending and locked: no other process writes to it.
//
// Each record goes to cases.jsonl in one write, as soon as it is there, so that a killed process loses
// at most the record in flight. While the run goes on the records therefore stand in the order in which
// answers came; close puts them into the order of the cases.
type dir struct {
	path   string
	file   *jsonlines.File
	lines  []line
	redone *jsonlines.File // of a retry; nil before its first record
	places map[int]int     // of lines, by seq; made with redone
}

// line is where a record stands in cases.jsonl.
type line struct {
	seq, length int
	offset      int64
	redone      bool // it stands in the file of the retry
}

func createDir(root string, info Info) (*dir, error) {
	path := filepath.Join(root, info.ID)
	if err := os.MkdirAll(root, 0o755); err != nil { //nolint:gosec // as readable as the project
		return nil, fmt.Errorf("run directory: %w", err)
	}
	if err := os.Mkdir(path, 0o755); err != nil { //nolint:gosec // as above
		return nil, fmt.Errorf("run directory: %w", err)
	}
	if err := writeInfo(path, info); err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	f, err := openRecords(path)
	return &dir{path: path, file: f}, err
}

// openDir opens a run for going on with it, and repairs its tail. have is told of each record.
func openDir(root, id string, have func(*Record, line)) (*dir, Info, error) {
	path := filepath.Join(root, filepath.Base(id))
	info, err := ReadInfo(path)
	if err != nil {
		return nil, info, err
	}
	f, err := openRecords(path)
	if err != nil {
		return nil, info, err
	}
	d := &dir{path: path, file: f}
	if d, err = d.takeIn(); err != nil {
		return nil, info, err
	}
	if err := d.load(have); err != nil {
		return nil, info, errors.Join(err, d.file.Close())
	}
	return d, info, nil
}

// openRecords opens and locks a run's cases.jsonl.
func openRecords(path string) (*jsonlines.File, error) {
	f, err := jsonlines.OpenFile(filepath.Join(path, casesName))
	if errors.Is(err, jsonlines.ErrLocked) {
		return nil, diag.Errorf("run %s is still going on: another process writes to it", filepath.Base(path)).
			WithHint("wait for it, or stop it")
	}
	if err != nil {
		return nil, fmt.Errorf("run directory: %w", err)
	}
	return f, nil
}

func (d *dir) load(have func(*Record, line)) error {
	if _, err := d.file.Repair(); err != nil {
		return err
	}
	lines := d.file.Reader()
	for {
		text, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		rec := new(Record)
		if err = parseRecord(rec, text, filepath.Join(d.path, casesName), lines.Number(), err); err != nil {
			return err
		}
		at := line{seq: rec.Seq, length: int(lines.End() - lines.Offset()), offset: lines.Offset()}
		d.lines = append(d.lines, at)
		have(rec, at)
	}
}

func (d *dir) append(rec *Record) error {
	offset := d.file.Size()
	if err := d.file.Append(rec); err != nil {
		return fmt.Errorf("run directory: record of case %s: %w", rec.Case, err)
	}
	d.lines = append(d.lines, line{seq: rec.Seq, length: int(d.file.Size() - offset), offset: offset})
	return nil
}

// close closes the file, and where its records are not in the order of the cases, or some were made anew, rewrites
// it in that.
func (d *dir) close() error {
	bySeq := func(a, b line) int { return a.seq - b.seq }
	if slices.IsSortedFunc(d.lines, bySeq) && d.redone == nil {
		return d.file.Close()
	}
	slices.SortFunc(d.lines, bySeq)
	err := wholefile.Write(filepath.Join(d.path, casesName), func(w io.Writer) error {
		// Closed before the rename, which Windows refuses on an open file.
		return errors.Join(d.copySorted(w), d.file.Close())
	})
	return errors.Join(err, d.closeRedone(err == nil))
}

func (d *dir) copySorted(w io.Writer) error {
	var buffer []byte
	for _, l := range d.lines {
		buffer = slices.Grow(buffer[:0], l.length)[:l.length]
		if err := d.readAt(buffer, l); err != nil {
			return err
		}
		if _, err := w.Write(buffer); err != nil {
			return err
		}
	}
	return nil
}

// Repair cuts off what a killed process left unfinished at the end of a run's cases.jsonl, and tells how
// many bytes that were.
func Repair(path string) (cut int64, err error) {
	if _, err := os.Stat(filepath.Join(path, casesName)); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	f, err := openRecords(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Repair()
}

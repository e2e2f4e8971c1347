package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

// dir is a run's directory, open for appending.
//
// Each record goes to cases.jsonl in one write, as soon as it is there, so that a killed process loses
// at most the record in flight. While the run goes on the records therefore stand in the order in which
// answers came; close puts them into the order of the cases.
type dir struct {
	path  string
	file  *os.File
	size  int64 // of all whole records
	lines []line
}

// line is where a record stands in cases.jsonl.
type line struct {
	seq, length int
	offset      int64
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
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(path, casesName), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644) //nolint:gosec // as above
	return &dir{path: path, file: f}, err
}

// openDir opens a run for going on with it, and repairs its tail.
func openDir(root, id string) (*dir, Info, error) {
	path := filepath.Join(root, filepath.Base(id))
	info, err := ReadInfo(path)
	if err != nil {
		return nil, info, err
	}
	if _, err := Repair(path); err != nil {
		return nil, info, err
	}
	f, err := os.OpenFile(filepath.Join(path, casesName), os.O_CREATE|os.O_RDWR, 0o644) //nolint:gosec // as readable as the project
	if err != nil {
		return nil, info, err
	}
	d := &dir{path: path, file: f}
	for rec, err := range scanRecords(f, f.Name(), func(n int) { d.lines = append(d.lines, line{0, n, d.size}); d.size += int64(n) }) {
		if err != nil {
			return nil, info, errors.Join(err, f.Close())
		}
		d.lines[len(d.lines)-1].seq = rec.Seq
	}
	return d, info, nil
}

func (d *dir) append(rec *Record) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // for readers
	if err := enc.Encode(rec); err != nil {
		return fmt.Errorf("record of case %s: %w", rec.Case, err)
	}
	data := text.Bytes()
	if _, err := d.file.WriteAt(data, d.size); err != nil {
		// A full disk leaves half a record; without it the file is whole again.
		return errors.Join(fmt.Errorf("run directory: %w", err), d.file.Truncate(d.size))
	}
	d.lines = append(d.lines, line{rec.Seq, len(data), d.size})
	d.size += int64(len(data))
	return nil
}

// close closes the file, and where its records are not in the order of the cases, rewrites it in that.
func (d *dir) close() error {
	bySeq := func(a, b line) int { return a.seq - b.seq }
	if slices.IsSortedFunc(d.lines, bySeq) {
		return d.file.Close()
	}
	slices.SortFunc(d.lines, bySeq)
	return wholefile.Write(filepath.Join(d.path, casesName), func(w io.Writer) error {
		// Closed before the rename, which Windows refuses on an open file.
		return errors.Join(d.copySorted(w), d.file.Close())
	})
}

func (d *dir) copySorted(w io.Writer) error {
	var buffer []byte
	for _, l := range d.lines {
		buffer = slices.Grow(buffer[:0], l.length)[:l.length]
		if _, err := d.file.ReadAt(buffer, l.offset); err != nil {
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
	f, err := os.OpenFile(filepath.Join(path, casesName), os.O_RDWR, 0) //nolint:gosec // the caller names the run
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	whole, err := lastLineEnd(f, end)
	if err != nil || whole == end {
		return 0, err
	}
	return end - whole, f.Truncate(whole)
}

// lastLineEnd finds the offset behind the last line end, reading backwards.
func lastLineEnd(f io.ReaderAt, end int64) (int64, error) {
	buffer := make([]byte, 64<<10)
	for end > 0 {
		start := max(0, end-int64(len(buffer)))
		part := buffer[:end-start]
		if _, err := f.ReadAt(part, start); err != nil && err != io.EOF {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return start + int64(i) + 1, nil
		}
		end = start
	}
	return 0, nil
}

// Records streams the records of a run's directory. A last line without its end is passed over: it is
// being written, or was when the process was killed. Any other malformed line is a *diag.Error.
func Records(path string) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		name := filepath.Join(path, casesName)
		f, err := os.Open(name) //nolint:gosec // the caller names the run
		if errors.Is(err, os.ErrNotExist) {
			return
		}
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close() //nolint:errcheck // only read from
		scanRecords(f, name, func(int) {})(yield)
	}
}

// scanRecords tells before each record how many bytes its line has.
func scanRecords(f io.Reader, name string, length func(int)) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		in, buffer := bufio.NewReaderSize(f, 64<<10), []byte(nil)
		for number := 1; ; number++ {
			text, end, err := readLine(in, buffer[:0])
			switch {
			case err != nil:
				yield(nil, lineError(name, number, err))
				return
			case end:
				return
			}
			buffer = text
			rec := new(Record)
			length(len(text))
			if err := json.Unmarshal(text, rec); err != nil {
				yield(nil, diag.At(name, number, 0, "malformed record: %w", err))
				return
			}
			if !yield(rec, nil) {
				return
			}
		}
	}
}

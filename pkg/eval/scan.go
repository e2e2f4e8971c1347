package eval

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// Records streams the records of a run's directory. A last line without its end is passed over: it is
// being written, or was when the process was killed. Any other malformed line is a *diag.Error.
func Records(path string) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		for line, err := range recordLines(path) {
			rec := new(Record)
			if err = parseRecord(rec, line.text, line.file, line.number, err); err != nil {
				rec = nil
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// parseRecord reads a record of a line, where reading that did not fail.
func parseRecord(rec *Record, text []byte, file string, number int, err error) error {
	if err != nil {
		if _, told := errors.AsType[*diag.Error](err); told {
			return err
		}
		return lineError(file, number, err)
	}
	if err := json.Unmarshal(text, rec); err != nil {
		return diag.At(file, number, 0, "malformed record: %w", err)
	}
	return rec.inBounds(file, number)
}

// maxSeq is more calls than a run has: room is kept for every place before a record's own.
const maxSeq = 1 << 26

func (r *Record) inBounds(file string, number int) error {
	if r.Seq < 0 || r.Seq > maxSeq || r.Repeat < 0 || r.Repeat > r.Seq {
		return diag.At(file, number, 0, "malformed record: seq %d and repeat %d are no place in a run", r.Seq, r.Repeat)
	}
	return nil
}

// Numbers streams the records of a run as Records does, without the texts: Output, Parts, Expected, Intent
// and TraceID stay empty, and so do the reasons of scores. It is several times as fast, for who compares
// runs. A record is valid until the next one; its Tags, Usage and Cost may be kept.
func Numbers(path string) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		scan := lean{names: map[string]string{}}
		for line, err := range recordLines(path) {
			if err != nil {
				yield(nil, err)
				return
			}
			rec, err := scan.record(line.text)
			if err != nil {
				yield(nil, diag.At(line.file, line.number, 0, "malformed record: %w", err))
				return
			}
			if err := rec.inBounds(line.file, line.number); err != nil {
				yield(nil, err)
				return
			}
			if !yield(rec, nil) {
				return
			}
		}
	}
}

// Pick reads the records of a few cases of a run, whole, in the order of the file.
func Pick(path string, cases map[string]bool) ([]*Record, error) {
	var out []*Record
	scan := lean{names: map[string]string{}}
	for line, err := range recordLines(path) {
		if err != nil {
			return nil, err
		}
		if id, ok := scan.caseOf(line.text); ok && !cases[id] {
			continue
		}
		rec := new(Record)
		if err := parseRecord(rec, line.text, line.file, line.number, nil); err != nil {
			return nil, err
		}
		if cases[rec.Case] {
			out = append(out, rec)
		}
	}
	return out, nil
}

// recordLine is a line of cases.jsonl. text is valid until the next one.
type recordLine struct {
	file   string
	number int
	text   []byte
}

func recordLines(path string) iter.Seq2[recordLine, error] {
	return func(yield func(recordLine, error) bool) {
		name := filepath.Join(path, casesName)
		f, err := os.Open(name) //nolint:gosec // the caller names the run
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(recordLine{}, err)
			return
		}
		defer f.Close() //nolint:errcheck // only read from
		lines := jsonlines.NewReader(f)
		for {
			text, err := lines.Next()
			switch {
			case errors.Is(err, io.EOF), err == nil && lines.Torn():
				return
			case err != nil:
				yield(recordLine{}, lineError(name, lines.Number(), err))
				return
			}
			if !yield(recordLine{name, lines.Number(), text}, nil) {
				return
			}
		}
	}
}

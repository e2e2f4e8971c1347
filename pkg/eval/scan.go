package eval

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

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
		if err := json.Unmarshal(line.text, rec); err != nil {
			return nil, diag.At(line.file, line.number, 0, "malformed record: %w", err)
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
		in, buffer := bufio.NewReaderSize(f, 256<<10), []byte(nil)
		for number := 1; ; number++ {
			text, end, err := readLine(in, buffer[:0])
			switch {
			case err != nil:
				yield(recordLine{}, lineError(name, number, err))
				return
			case end:
				return
			}
			buffer = text
			if !yield(recordLine{name, number, text}, nil) {
				return
			}
		}
	}
}

package curve

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// readCSV gives a row per record; the first record names the columns.
func readCSV(path string, in io.Reader, yield func(row) error) error {
	text := bufio.NewReader(in)
	if head, _ := text.Peek(3); string(head) == "\ufeff" {
		_, _ = text.Discard(3) // it has just been peeked
	}
	r := csv.NewReader(text)
	r.ReuseRecord = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return csvError(path, err, 0)
	}
	names := slices.Clone(header)
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
		if slices.Contains(names[:i], names[i]) {
			return diag.At(path, 1, 0, "the column %q is there twice", names[i])
		}
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return csvError(path, err, len(names))
		}
		err = yield(row{names: names, cells: cells, ordered: true, fail: func(column, format string, args ...any) *diag.Error {
			line, at := r.FieldPos(max(0, slices.Index(names, column)))
			if column == "" {
				at = 0
			}
			return diag.At(path, line, at, format, args...)
		}})
		if err != nil {
			return err
		}
	}
}

func csvError(path string, err error, columns int) error {
	var parse *csv.ParseError
	switch {
	case !errors.As(err, &parse):
		return cannotRead(path, 0, err)
	case errors.Is(err, csv.ErrFieldCount):
		return diag.At(path, parse.Line, 0, "the row has another number of columns than the header's %d", columns).
			WithHint("put a value that holds a comma into double quotes")
	}
	return diag.At(path, parse.Line, parse.Column, "malformed CSV: %w", parse.Err)
}

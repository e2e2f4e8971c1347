package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

var errTooLong = fmt.Errorf("a case of more than %d MiB", maxRecord>>20)

// readJSON reads an array of cases, one element at a time.
func readJSON(path string, in *bufio.Reader) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		lines := &lineIndex{in: in}
		dec := json.NewDecoder(lines)
		if first, err := dec.Token(); err != nil || first != json.Delim('[') {
			yield(nil, lines.problem(path, dec, err, "a .json case file is an array of cases"))
			return
		}
		for dec.More() {
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				yield(nil, lines.problem(path, dec, err, ""))
				return
			}
			start := dec.InputOffset() - int64(len(raw))
			lines.forget(start)
			c, err := decodeCase(path, raw, func(offset int64) (int, int) { return lines.at(start + offset) })
			if !yield(c, err) || err != nil {
				return
			}
		}
		if _, err := dec.Token(); err != nil {
			yield(nil, lines.problem(path, dec, err, ""))
			return
		}
		if _, err := dec.Token(); err != io.EOF {
			yield(nil, lines.problem(path, dec, nil, "something follows the array of cases"))
		}
	}
}

// lineIndex remembers the text from the current case on, so that an offset can be told as line and
// column, and bounds how much that may be.
type lineIndex struct {
	in     io.Reader
	kept   []byte
	offset int64 // of kept[0]
	line   int   // line ends before kept[0]
	column int   // characters of its line before kept[0]
}

// Read passes the file on.
func (l *lineIndex) Read(p []byte) (int, error) {
	if len(l.kept) > maxRecord {
		return 0, errTooLong
	}
	n, err := l.in.Read(p)
	l.kept = append(l.kept, p[:n]...)
	return n, err
}

// forget drops what lies before an offset, so that at never counts a byte twice.
func (l *lineIndex) forget(offset int64) {
	line, column := l.at(offset)
	l.kept = l.kept[offset-l.offset:] // append moves the rest to a new array when this one is used up
	l.line, l.column, l.offset = line-1, column-1, offset
}

// at gives line and column of an offset, from 1.
func (l *lineIndex) at(offset int64) (line, col int) {
	before := l.kept[:max(0, min(offset-l.offset, int64(len(l.kept))))]
	last := bytes.LastIndexByte(before, '\n')
	line = l.line + bytes.Count(before, []byte("\n")) + 1
	if last < 0 {
		return line, l.column + column(before, int64(len(before)))
	}
	return line, column(before[last+1:], int64(len(before)))
}

func (l *lineIndex) problem(path string, dec *json.Decoder, err error, msg string) error {
	offset := dec.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errTooLong):
		msg = err.Error()
	case errors.As(err, &syntax):
		offset, msg = l.culprit(offset, syntax), "malformed JSON: "+syntax.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		offset, msg = l.offset+int64(len(l.kept)), "malformed JSON: it ends too early"
	case err != nil:
		return diag.At(path, 0, 0, "cannot be read: %w", err)
	}
	line, column := l.at(offset)
	return diag.At(path, line, column, "%s", msg)
}

// culprit finds the byte that a syntax error is about. The decoder counts only the bytes of whole values,
// so the value is scanned again, from where the decoder stands.
func (l *lineIndex) culprit(from int64, err *json.SyntaxError) int64 {
	rest := l.kept[max(0, min(from-l.offset, int64(len(l.kept)))):]
	value := bytes.TrimLeft(rest, " \t\r\n,")
	start := from + int64(len(rest)-len(value))
	var again *json.SyntaxError
	if errors.As(json.Unmarshal(value, new(json.RawMessage)), &again) && again.Error() == err.Error() {
		return start + again.Offset - 1
	}
	return start
}

package eval

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

// readJSONL reads one case per line; empty lines are skipped.
func readJSONL(path string, in *bufio.Reader) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		lines := jsonlines.NewReader(in)
		for {
			line, err := lines.Next()
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.Is(err, jsonlines.ErrTooLong), len(line) > maxRecord:
				err = errTooLong
			}
			if err != nil {
				yield(nil, lineError(path, lines.Number(), err))
				return
			}
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			c, err := decodeCase(path, line, func(offset int64) (int, int) { return lines.Number(), column(line, offset) })
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

func lineError(path string, line int, err error) error {
	if errors.Is(err, errTooLong) || errors.Is(err, jsonlines.ErrTooLong) {
		return diag.At(path, line, 0, "%w", err)
	}
	return diag.At(path, line, 0, "cannot be read: %w", err)
}

// column counts characters up to a byte offset, from 1.
func column(line []byte, offset int64) int {
	return utf8.RuneCount(line[:max(0, min(int(offset), len(line)))]) + 1
}

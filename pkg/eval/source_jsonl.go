package eval

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// readJSONL reads one case per line; empty lines are skipped.
func readJSONL(path string, in *bufio.Reader) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		var buffer []byte
		for number := 1; ; number++ {
			line, end, err := readLine(in, buffer[:0])
			if err != nil {
				yield(nil, lineError(path, number, err))
				return
			}
			buffer = line
			if len(bytes.TrimSpace(line)) > 0 {
				c, err := decodeCase(path, bytes.TrimRight(line, "\r\n"), func(offset int64) (int, int) {
					return number, column(line, offset)
				})
				if !yield(c, err) || err != nil {
					return
				}
			}
			if end {
				return
			}
		}
	}
}

// readLine appends the next line to buffer, its end included. end tells that it was the last.
func readLine(in *bufio.Reader, buffer []byte) (line []byte, end bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		buffer = append(buffer, part...)
		switch {
		case err == io.EOF:
			return buffer, true, nil
		case err == nil:
			return buffer, false, nil
		case err != bufio.ErrBufferFull:
			return nil, false, err
		case len(buffer) > maxRecord:
			return nil, false, errTooLong
		}
	}
}

func lineError(path string, line int, err error) error {
	if err == errTooLong {
		return diag.At(path, line, 0, "%w", err)
	}
	return diag.At(path, line, 0, "cannot be read: %w", err)
}

// column counts characters up to a byte offset, from 1.
func column(line []byte, offset int64) int {
	return utf8.RuneCount(line[:max(0, min(int(offset), len(line)))]) + 1
}

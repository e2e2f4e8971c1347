// Package jsonlines reads and appends to files of one JSON value a line, so that a process may be killed
// at any moment: a record is written in one go, and a line that was cut off is found and removed.
// Start with NewReader for a stream and OpenFile for a file to append to.
package jsonlines

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// MaxLine is the longest line that a Reader gives, in bytes.
const MaxLine = 64 << 20

// ErrTooLong tells that a line was longer than MaxLine.
var ErrTooLong = errors.New("the line is longer than 64 MiB")

// Reader reads lines. It belongs to one goroutine.
type Reader struct {
	in     *bufio.Reader
	buffer []byte
	number int
	offset int64
	end    int64
	torn   bool
}

// NewReader reads from r. A byte order mark at its beginning is passed over.
func NewReader(r io.Reader) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, 256<<10)}
}

// Next gives the next line without its end; it is valid until the next call. The error is io.EOF behind
// the last line, or r's own; after ErrTooLong the reading can go on.
func (r *Reader) Next() ([]byte, error) {
	r.buffer, r.offset = r.buffer[:0], r.end
	tooLong := false
	for {
		part, err := r.in.ReadSlice('\n')
		r.end += int64(len(part))
		if !tooLong {
			r.buffer = append(r.buffer, part...)
		}
		if len(r.buffer) > MaxLine+1 {
			tooLong, r.buffer = true, r.buffer[:0]
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (!errors.Is(err, io.EOF) || r.end == r.offset) {
			return nil, err
		}
		r.torn = err != nil
		break
	}
	r.number++
	if tooLong {
		return nil, ErrTooLong
	}
	line := r.buffer
	if r.number == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), nil
}

// Number is the number of the line that Next gave, from 1.
func (r *Reader) Number() int { return r.number }

// Offset is where that line begins, in bytes.
func (r *Reader) Offset() int64 { return r.offset }

// End is the offset behind that line and its end.
func (r *Reader) End() int64 { return r.end }

// Torn tells that the line had no end: it is the file's last, and may be cut off.
func (r *Reader) Torn() bool { return r.torn }

package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// events reads an event stream as the WHATWG specification has it ("9.2.6 Interpreting an event
// stream"): lines end in LF, CR LF or CR, a byte order mark may come first, lines that begin with a colon
// are comments, the data lines of an event are joined with LF, and a blank line ends the event. A stream
// may be cut into reads at any byte without a change to its events, and an event is handed out as soon as
// its last byte is there.
//
// One step goes beyond the specification, which drops an event that the end of the stream cuts off: such
// an event is handed out too, with cut set, as servers are seen to end without the last blank line.
// Whoever reads it decides whether it is whole.
type events struct {
	src   io.Reader
	max   int64 // for one event
	lines bool  // every line that is not blank is an event's data

	buf      []byte // buf[pos:end] is read and not yet looked at
	pos, end int
	err      error // of src, reported once buf is used up

	begun  bool   // the first line is read
	skipLF bool   // the last line ended in CR, so an LF next belongs to it
	long   []byte // the beginning of a line that is longer than buf had

	cur    event
	filled bool // cur has a data line
}

// event is one event; its data is valid until the next call of next.
type event struct {
	name  string
	data  []byte
	id    string // the last id seen, which stays until another comes
	retry []byte // digits: milliseconds
	cut   bool   // the stream ended before the blank line
}

var (
	errTooLarge    = errors.New("too many bytes")
	errLongEvent   = fmt.Errorf("%w in one event", errTooLarge)
	errNoBytesLeft = errors.New("reads gave nothing")
)

func newEvents(src io.Reader, limit int64) *events {
	return &events{src: src, max: limit, buf: make([]byte, 32<<10)}
}

// next gives the next event that has data or a name. After the last one it gives the error of the
// source, io.EOF for a clean end.
func (r *events) next() (event, error) {
	r.reset()
	for {
		line, err := r.line()
		switch {
		case len(line) > 0 && r.lines:
			r.cur.data, r.filled = append(r.cur.data, line...), true
			r.cur.cut = err != nil
			return r.cur, nil
		case len(line) > 0:
			r.field(line)
		case err == nil && r.pending():
			return r.cur, nil
		}
		switch {
		case int64(len(r.cur.data)) > r.max:
			return event{}, errLongEvent
		case err != nil && r.pending() && !errors.Is(err, errLongEvent):
			r.cur.cut = true
			return r.cur, nil
		case err != nil:
			return event{}, err
		}
	}
}

func (r *events) pending() bool { return r.filled || r.cur.name != "" }

func (r *events) reset() {
	data := r.cur.data[:0]
	if cap(data) > 1<<20 {
		data = nil // one huge event must not hold its memory for the rest of the stream
	}
	r.cur = event{data: data, id: r.cur.id}
	r.filled = false
}

// field takes one line of an event.
func (r *events) field(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "data":
		if r.filled {
			r.cur.data = append(r.cur.data, '\n')
		}
		r.cur.data, r.filled = append(r.cur.data, value...), true
	case "event":
		r.cur.name = string(value)
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			r.cur.id = string(value)
		}
	case "retry":
		if len(bytes.Trim(value, "0123456789")) == 0 {
			r.cur.retry = bytes.Clone(value)
		}
	}
}

// line gives the next line without its end. With an error comes the unfinished line that the source left,
// or an empty one. The slice is valid until the next call.
func (r *events) line() ([]byte, error) {
	r.long = r.long[:0]
	if cap(r.long) > 1<<20 {
		r.long = nil
	}
	for {
		if r.skipLF && r.pos < r.end {
			r.skipLF = false
			if r.buf[r.pos] == '\n' {
				r.pos++
			}
		}
		fresh := r.buf[r.pos:r.end]
		if n := lineEnd(fresh); n >= 0 {
			r.skipLF = fresh[n] == '\r'
			r.pos += n + 1
			return r.first(r.join(fresh[:n])), nil
		}
		r.long = append(r.long, fresh...)
		r.pos, r.end = 0, 0
		switch {
		case int64(len(r.long)+len(r.cur.data)) > r.max:
			return nil, errLongEvent
		case r.err != nil:
			return r.first(r.long), r.err
		}
		r.fill()
	}
}

func (r *events) join(tail []byte) []byte {
	if len(r.long) == 0 {
		return tail
	}
	r.long = append(r.long, tail...)
	return r.long
}

// first takes the byte order mark off the first line.
func (r *events) first(line []byte) []byte {
	if !r.begun {
		r.begun = true
		line = bytes.TrimPrefix(line, []byte(bom))
	}
	return line
}

func (r *events) fill() {
	for range 100 {
		var n int
		n, r.err = r.src.Read(r.buf)
		if r.end = n; n > 0 || r.err != nil {
			return
		}
	}
	r.err = errNoBytesLeft
}

// lineEnd gives the index of the first CR or LF, or -1.
func lineEnd(b []byte) int {
	n := bytes.IndexByte(b, '\n')
	if n < 0 {
		return bytes.IndexByte(b, '\r')
	}
	if cr := bytes.IndexByte(b[:n], '\r'); cr >= 0 {
		return cr
	}
	return n
}

package wire

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"mime"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// form is what a body turned out to be.
type form int

const (
	formJSON  form = iota // one document
	formSSE               // an event stream
	formLines             // a JSON document a line
)

// open undoes the compression, caps the body and decides by its first bytes what it is. The label is
// not enough: servers send errors as bare JSON labelled text/event-stream, and streams labelled
// text/plain or nothing at all.
func (x *exchange) open() (*bufio.Reader, form, error) {
	plain, err := x.decompressed()
	if err != nil {
		return nil, 0, err
	}
	size := 1 << 10 // enough to look at the beginning: an answer in one piece is then read past the buffer
	if x.stream {
		size = 32 << 10
	}
	body := bufio.NewReaderSize(plain, size)
	first, err := skipBlank(body)
	if err != nil {
		return nil, 0, x.cut(err, false)
	}
	found, ok := sniff(first, body, x.mediaType())
	if !ok {
		return nil, 0, x.wrongForm(body, "neither JSON nor an event stream")
	}
	if found == formJSON && x.stream {
		return nil, 0, x.answeredWhole(body)
	}
	if found != formJSON && !x.stream {
		return nil, 0, x.wrongForm(body, "an event stream where one JSON document was asked for")
	}
	return body, found, nil
}

// decompressed undoes Content-Encoding and caps what comes out of it.
func (x *exchange) decompressed() (io.Reader, error) {
	encoding := strings.ToLower(strings.TrimSpace(x.response.Header.Get("Content-Encoding")))
	switch encoding {
	case "", "identity", "none":
		return &capped{x, x.maxBytes()}, nil
	case "gzip", "x-gzip":
		zr, err := gzip.NewReader(bufio.NewReaderSize(x, 32<<10))
		if err != nil {
			return nil, x.cut(err, false)
		}
		return &capped{zr, x.maxBytes()}, nil
	}
	e := x.fault(llm.KindMalformed, "the answer came in an encoding that was not asked for")
	e.Message += fmt.Sprintf(": %.40q", encoding)
	return nil, e
}

// maxBytes is the cap on the whole answer.
func (x *exchange) maxBytes() int64 {
	if x.lines {
		return orDefault(x.MaxBytes, maxFile)
	}
	if x.stream {
		return orDefault(x.MaxBytes, 256<<20)
	}
	return orDefault(x.MaxBytes, 64<<20)
}

// capped is a reader that fails with errTooLarge past its last byte, where io.LimitReader would end as if
// all was well.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if int64(n) > c.left {
		n, err = int(c.left), errTooLarge
	}
	c.left -= int64(n)
	return n, err
}

// bom is the byte order mark that some proxies put before a body.
const bom = "\xef\xbb\xbf"

// skipBlank drops a byte order mark and blank space, and shows the first byte after them.
func skipBlank(body *bufio.Reader) (byte, error) {
	if mark, err := body.Peek(1); err == nil && mark[0] == bom[0] {
		if mark, err = body.Peek(len(bom)); err == nil && string(mark) == bom {
			_, _ = body.Discard(len(bom))
		}
	}
	for {
		start, err := body.Peek(1)
		if err != nil {
			return 0, err
		}
		if strings.IndexByte(" \t\r\n", start[0]) < 0 {
			return start[0], nil
		}
		_, _ = body.Discard(1)
	}
}

// sniff decides by the first byte, or where it leaves a doubt and the label does not help by the first
// field's name. It waits for no more bytes than it needs.
func sniff(first byte, body *bufio.Reader, mediaType string) (form, bool) {
	switch {
	case first == '{' || first == '[':
		if strings.Contains(mediaType, "ndjson") || strings.Contains(mediaType, "jsonl") {
			return formLines, true
		}
		return formJSON, true
	case first == '<':
		return 0, false
	case first == ':' || mediaType == "text/event-stream":
		return formSSE, true
	}
	for n := 2; n <= len("event:"); n++ {
		start, err := body.Peek(n)
		if err != nil {
			break
		}
		switch string(start) {
		case "data:", "event:", "id:", "retry:":
			return formSSE, true
		}
	}
	return 0, false
}

// mediaType is the label of the body, without parameters; "" when there is none.
func (x *exchange) mediaType() string {
	label := x.response.Header.Get("Content-Type")
	if m, _, err := mime.ParseMediaType(label); err == nil {
		return m
	}
	label, _, _ = strings.Cut(label, ";")
	return strings.ToLower(strings.TrimSpace(label))
}

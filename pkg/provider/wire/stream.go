package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// stream is the body of a streamed answer: Read gives its events in normal form, one at a time and each
// as soon as it is there, and io.EOF only when the answer is whole.
type stream struct {
	x        *exchange
	events   *events
	out      bytes.Buffer // the event that is being read
	err      error        // what Read gives when out is empty
	count    int          // events passed on
	finished bool         // the terminal marker was seen
	halved   bool         // the source ended within an event

	mu      sync.Mutex
	drained chan struct{} // not nil once the rest of the body is being drained; guarded by mu
	closed  bool          // guarded by mu
}

// grace is how long a stream may stay open, silent, after a marker that more can follow: OpenAI's
// finish_reason comes before the usage and [DONE].
const grace = 5 * time.Second

func (x *exchange) streamed(body io.Reader, f form) *http.Response {
	s := &stream{x: x, events: newEvents(body, x.MaxEvent)}
	s.events.lines = f == formLines
	return x.answer(s, "text/event-stream", -1)
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	for s.out.Len() == 0 {
		if s.err != nil {
			return 0, s.err
		}
		if s.out.Reset(); s.out.Cap() > 1<<20 {
			s.out = bytes.Buffer{} // see events.reset
		}
		s.step()
	}
	return s.out.Read(p)
}

func (s *stream) step() {
	e, err := s.events.next()
	if err != nil {
		s.ended(err)
		return
	}
	s.accept(e)
}

// accept passes an event on, or ends the stream over it.
func (s *stream) accept(e event) {
	data := bytes.TrimSpace(e.data)
	if s.err != nil || len(data) == 0 && e.name != "error" {
		return
	}
	if string(data) == "[DONE]" {
		s.done()
		return
	}
	seen, err := s.x.inspect(e.name, data)
	switch {
	case err == nil:
		s.pass(seen, data)
	case !errors.Is(err, errNotJSON):
		s.fail(err)
	case eachIsJSON(data):
		for line := range bytes.Lines(data) { // the server forgets the blank line between events
			s.accept(event{name: e.name, data: line})
		}
	case e.cut:
		s.halved = true // what cut it off is the next thing that events reports
	default:
		s.fail(s.x.malformed("the stream holds an event that is not JSON", data))
	}
}

func (s *stream) pass(seen sight, data []byte) {
	if seen.skip {
		return
	}
	if s.x.Dialect == Anthropic && seen.name != "" {
		s.out.WriteString("event: " + seen.name + "\n")
	}
	s.out.WriteString("data: ")
	if bytes.IndexByte(data, '\n') < 0 {
		s.out.Write(data)
	} else {
		_ = json.Compact(&s.out, data) // valid: inspect has read it
	}
	s.out.WriteString("\n\n")
	s.count++
	if seen.terminal {
		s.finished = true
		s.x.patience = min(s.x.patience, grace)
	}
	if seen.last {
		s.done()
	}
}

// ended decides what the end of the source means.
func (s *stream) ended(err error) {
	switch {
	case s.finished:
		s.done()
	case errors.Is(err, io.EOF) && s.count == 0 && !s.halved:
		s.fail(s.x.fault(llm.KindEmpty, "the stream ended without an event"))
	default:
		s.fail(s.x.cut(err, errors.Is(err, io.EOF) || s.count > 0 || s.halved))
	}
}

// done ends the stream well, and drains the little that is left so that the connection can be used again.
func (s *stream) done() {
	switch {
	case s.count == 0:
		s.fail(s.x.fault(llm.KindEmpty, "the stream ended without an event"))
		return
	case s.x.Dialect != OpenAI && !s.finished:
		s.fail(s.x.cut(io.EOF, true))
		return
	case s.x.Dialect == OpenAI:
		s.out.WriteString("data: [DONE]\n\n")
	}
	s.err = io.EOF
	s.drain()
}

func (s *stream) fail(err error) {
	if s.err == nil {
		s.err = err
		_ = s.x.end(err)
	}
}

// eachIsJSON tells whether there are several lines and each is a document of its own.
func eachIsJSON(data []byte) bool {
	if bytes.IndexByte(data, '\n') < 0 {
		return false
	}
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); !json.Valid(line) && string(line) != "[DONE]" {
			return false
		}
	}
	return true
}

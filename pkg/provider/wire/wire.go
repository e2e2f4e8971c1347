// Package wire is the one way in which provider clients speak HTTP: an http.RoundTripper that lets
// nothing through but a whole, well-formed answer, and turns everything else into an *llm.Error.
//
// The public clients, left to themselves, report success for a stream that stops in the middle, for a
// login page with status 200 and for an error inside a 200; they lose text to a byte order mark; they
// wait for ever on a silent server. Put this transport below one and none of that can happen:
//
//	hc := &http.Client{Transport: wire.New(wire.Config{Provider: "openai", KeyVar: "OPENAI_API_KEY"})}
//
// What a client above it may rely on:
//
//   - RoundTrip gives a response with status 2xx that is JSON or an event stream, whichever the request
//     asked for, or an error that is an *llm.Error.
//   - The body of a JSON answer has been read, is whole and is valid.
//   - The body of a stream ends in io.EOF only after the provider's terminal marker; every other end,
//     and an error that the server reports inside the stream, is an *llm.Error from Read, after the
//     events that came before it.
//   - A stream's framing is normal: lines end in LF, there is no byte order mark, no comment, one data
//     line an event. An Anthropic stream has its event lines, and an OpenAI stream ends in [DONE].
//   - For a request that accepts application/x-jsonl the body is the file as it comes: it ends in io.EOF
//     where the server has said that it ends, and in an *llm.Error anywhere else.
//   - The header X-Llmops-Ratelimit holds the server's rate limits as the JSON of an llm.RateLimit, or
//     is absent: json.Unmarshal([]byte(h.Get("X-Llmops-Ratelimit")), &limit).
//
// Nothing is retried here and no redirect is followed.
package wire

import (
	"net/http"
	"time"
)

// Dialect is the way in which a provider frames a stream, marks its end and words its errors.
type Dialect int

// The dialects. OpenAI is also that of every compatible server.
const (
	OpenAI Dialect = iota
	Anthropic
	Gemini
)

// Config describes one provider. The zero value is an OpenAI-compatible server with the default limits.
// A negative duration or size means no limit.
type Config struct {
	Provider string            // the name in errors
	Dialect  Dialect           // see Dialect
	Base     http.RoundTripper // nil: a transport of its own, as NewBase makes it

	FirstByte time.Duration // until the first byte of the answer's body; 0: 10 minutes
	Idle      time.Duration // between two bytes; 0: 60 seconds
	Total     time.Duration // for the whole exchange; 0: 30 minutes

	// MaxBytes caps the answer after decompression. 0: 64 MiB for an answer in one piece and 256 MiB for
	// a stream, whose framing repeats itself with every token and of which one event is held at a time.
	MaxBytes int64
	// MaxEvent caps one event of a stream. 0: 16 MiB.
	MaxEvent int64

	KeyVar string              // the variable that holds the key, for hints; "" when there is none
	Redact func(string) string // takes secrets out of text that goes into errors; may be nil
	Now    func() time.Time    // nil: time.Now
}

// New makes the transport. It is safe for concurrent use.
func New(c Config) http.RoundTripper {
	c.FirstByte = orDefault(c.FirstByte, 10*time.Minute)
	c.Idle = orDefault(c.Idle, time.Minute)
	c.Total = orDefault(c.Total, 30*time.Minute)
	c.MaxEvent = orDefault(c.MaxEvent, 16<<20)
	if c.Base == nil {
		c.Base = NewBase()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &transport{c}
}

func orDefault[T ~int64](v, def T) T {
	switch {
	case v == 0:
		return def
	case v < 0:
		return 1<<63 - 1
	}
	return v
}

type transport struct{ Config }

// RoundTrip sends the request; see the package's comment for what it promises.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	x := t.begin(req)
	resp, err := t.Base.RoundTrip(x.request)
	if err != nil {
		return nil, x.end(x.unanswered(err))
	}
	x.response, x.raw = resp, resp.Body
	if resp.StatusCode >= 300 {
		return nil, x.end(x.refused())
	}
	if x.lines {
		return x.file()
	}
	body, form, err := x.open()
	if err != nil {
		return nil, x.end(err)
	}
	if form == formJSON {
		return x.whole(body)
	}
	return x.streamed(body, form), nil
}

// CloseIdleConnections closes the connections that wait for the next request.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.Base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Package tokens counts what a text, a file or a request costs in tokens, before it is sent.
//
// For OpenAI's encodings the count is exact and comes at tens of megabytes a second, from tables that are
// loaded on first use. For the models of other providers it is an estimate with a band, and says so.
//
//	c, err := tokens.For("openai/gpt-4o-mini")
//	n := c.Count("How many tokens is this?")
//	r, err := c.CountReader(os.Stdin)
//	q := c.CountRequest(req)
package tokens

import (
	"io"
	"sync"
	"unicode/utf8"
	"unsafe"
)

// Counter counts for one model or encoding. Its methods are safe for concurrent use, and all Counters of
// an encoding share its tables. Make one with For or Encoding; the zero value doesn't work.
type Counter struct {
	model    string // bare name in small letters: "gpt-4o-mini"; "" for a Counter made by Encoding
	encoding string
	codec    *codec
	family   family
}

// For gives the Counter of a model: "gpt-5-mini", "openai/gpt-4o-2024-08-06", "ft:gpt-4o-mini:acme::1",
// "anthropic/claude-sonnet-4-5". A name that no rule knows is a *diag.Error with the closest names.
func For(model string) (*Counter, error) {
	if c := counters.find(model); c != nil {
		return c, nil
	}
	name, r, err := lookup(model)
	if err != nil {
		return nil, err
	}
	c, err := Encoding(r.encoding)
	if err != nil {
		return nil, err
	}
	c.model, c.family = name, r.family
	counters.keep(model, c)
	return c, nil
}

// counters are those that For made, since a call asks for one several times.
var counters made

type made struct {
	mu sync.RWMutex
	of map[string]*Counter // by model as it was asked for; guarded by mu
}

const mostMade = 1000 // names of models may come from anywhere

func (m *made) find(model string) *Counter {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.of[model]
}

func (m *made) keep(model string, c *Counter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil || len(m.of) >= mostMade {
		m.of = map[string]*Counter{}
	}
	m.of[model] = c
}

// Encoding gives the Counter of an encoding by name, one of Encodings.
func Encoding(name string) (*Counter, error) {
	codec, err := codecFor(name)
	if err != nil {
		return nil, err
	}
	return &Counter{encoding: name, codec: codec}, nil
}

// Encoding is the name of the encoding that the Counter counts in. For an estimate it is the one that the
// estimate starts from.
func (c *Counter) Encoding() string { return c.encoding }

// Estimated tells whether counts are estimates.
func (c *Counter) Estimated() bool { return c.family.rates() != nil }

// Count gives the number of tokens of text, the middle of the band where it is an estimate. Special tokens
// such as <|endoftext|> are counted as the ordinary text that they are in a message's content; each byte
// that is not UTF-8 counts as U+FFFD, which is what encoding/json sends. Count allocates nothing in
// steady use on valid text of an exact encoding, and uses several cores for texts above 512 KiB.
func (c *Counter) Count(text string) int {
	return c.CountBytes(unsafe.Slice(unsafe.StringData(text), len(text))) // only read
}

// CountBytes is Count for a slice, which it doesn't change or keep.
func (c *Counter) CountBytes(text []byte) int {
	if !c.Estimated() && utf8.Valid(text) {
		return c.codec.countAll(text)
	}
	return c.MeasureBytes(text).Tokens
}

// Measure counts text and tells what there is to know about the count.
func (c *Counter) Measure(text string) Result {
	return c.MeasureBytes(unsafe.Slice(unsafe.StringData(text), len(text)))
}

// MeasureBytes is Measure for a slice, which it doesn't change or keep.
func (c *Counter) MeasureBytes(text []byte) Result {
	m := mender{}
	if !utf8.Valid(text) {
		text = m.close(m.add(nil, text))
	} else {
		m.chars = utf8.RuneCount(text)
	}
	p := profile{}
	if c.Estimated() {
		p.add(text)
	}
	return c.result(c.codec.countAll(text), &m, &p)
}

// CountReader counts what r gives up to its end, in constant memory and with the result of Count on the
// whole, wherever r cuts the text. The error is r's own.
func (c *Counter) CountReader(r io.Reader) (Result, error) {
	var p profile
	var seen func([]byte)
	if c.Estimated() {
		seen = p.add
	}
	in := c.codec.newReading(seen)
	n, err := in.read(r)
	if err != nil {
		return Result{}, err
	}
	res := c.result(n, &in.mender, &p)
	if in.doubtful {
		res.Estimated = true
		res.Notes = append(res.Notes, "a word of kilobytes could not be counted exactly without keeping all of it")
	}
	return res, nil
}

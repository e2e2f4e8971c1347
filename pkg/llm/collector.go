package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Collector puts a Response together from the pieces of an answer: it joins fragments into parts, hands
// each to OnDelta and keeps the time. It is for those who implement Model, who use it alike for a
// stream and for an answer in one piece:
//
//	c := llm.NewCollector(req, nil)
//	err := read(func(text string) error { return c.Text(text) })
//	return c.Finish(ctx, "openai", err)
//
// It belongs to one goroutine.
type Collector struct {
	// Response takes what is not a part: Model, ID, Usage, FinishReason, RateLimit.
	Response Response
	// API is whose signatures the reasoning carries: "anthropic".
	API string
	// Reason is the provider's own word for the finish reason; an error about it repeats it.
	Reason string

	req    *Request
	now    func() time.Time
	start  time.Time
	pieces []*piece
	open   *piece         // takes more text of its kind; nil after Break
	calls  map[int]*piece // tool calls by the provider's index
	failed error          // what OnDelta returned
}

// piece is a part in the making; text becomes the part's text, its reasoning or its arguments.
type piece struct {
	part  Part
	index int // which tool call of the answer
	text  strings.Builder
}

// NewCollector starts the clock. now may be nil, which means time.Now.
func NewCollector(req *Request, now func() time.Time) *Collector {
	if now == nil {
		now = time.Now
	}
	return &Collector{req: req, now: now, start: now(), calls: map[int]*piece{}}
}

// Text adds text to the answer. Text that follows text belongs to the same part, until Break.
func (c *Collector) Text(s string) error {
	if s == "" {
		return nil
	}
	if c.open == nil || c.open.part.Reasoning != nil {
		c.add(Part{})
	}
	c.open.text.WriteString(s)
	return c.emit(Delta{Text: s})
}

// Reasoning adds to the thinking that the provider shows, as Text does to the text.
func (c *Collector) Reasoning(s string) error {
	if s == "" {
		return nil
	}
	c.openReasoning().text.WriteString(s)
	return c.emit(Delta{Reasoning: s})
}

// Sign adds to the signature of the reasoning that is being written, or of one without text.
func (c *Collector) Sign(signature string) {
	if signature != "" {
		c.openReasoning().part.Reasoning.Signature += signature
	}
}

func (c *Collector) openReasoning() *piece {
	if c.open == nil || c.open.part.Reasoning == nil {
		c.add(Part{Reasoning: &Reasoning{}})
	}
	return c.open
}

// ToolCall adds a fragment of a tool call. key is the provider's index of it: fragments with the same
// key are one call. A call without an ID gets one of its own, so that its result can name it.
func (c *Collector) ToolCall(key int, fragment ToolCall) error {
	p := c.calls[key]
	if p == nil {
		if fragment.ID == "" {
			fragment.ID = fmt.Sprintf("call_%d", len(c.calls))
		}
		p = c.add(Part{ToolCall: &ToolCall{ID: fragment.ID, Name: fragment.Name}})
		p.index = len(c.calls)
		c.calls[key] = p
		c.open = nil
	} else if p.part.ToolCall.Name == "" {
		p.part.ToolCall.Name = fragment.Name
	}
	p.text.WriteString(fragment.Arguments)
	return c.emit(Delta{ToolCall: &fragment, Index: p.index})
}

// Part adds a part that came whole and has no delta: Extra, Media, redacted thinking.
func (c *Collector) Part(p Part) {
	c.add(p)
	c.open = nil
}

// Break ends the part that is being written, so that text after it begins another.
func (c *Collector) Break() { c.open = nil }

// Empty tells that nothing of the answer has come.
func (c *Collector) Empty() bool { return len(c.pieces) == 0 }

// SetRateLimit takes the header in which the wire reports the server's limits; "" or anything else
// that is not the JSON of a RateLimit leaves them unknown.
func (c *Collector) SetRateLimit(header string) {
	var limit RateLimit
	if json.Unmarshal([]byte(header), &limit) == nil {
		c.Response.RateLimit = &limit
	}
}

func (c *Collector) add(p Part) *piece {
	c.open = &piece{part: p}
	c.pieces = append(c.pieces, c.open)
	return c.open
}

func (c *Collector) emit(d Delta) error {
	if c.req.OnDelta == nil {
		return nil
	}
	if c.Response.Timing.TTFT == 0 {
		c.Response.Timing.TTFT = max(1, c.now().Sub(c.start))
	}
	c.failed = c.req.OnDelta(d)
	return c.failed
}

// Finish stops the clock and gives what Generate returns for the error err, which may be nil:
//
//   - an error of OnDelta as it is;
//   - an *Error in err's chain, with the provider and the model filled in;
//   - for a cancelled context an error that errors.Is knows as the context's;
//   - for anything else an *Error of KindMalformed or KindConnection.
//
// The finish reason "error" is an error, and "stop" after tool calls is "tool_calls". The Response is
// nil when there was an error before anything came.
func (c *Collector) Finish(ctx context.Context, provider string, err error) (*Response, error) {
	c.Response.Timing.Total = max(1, c.now().Sub(c.start))
	c.assemble()
	if u := c.Response.Usage; u != nil && (!u.Possible() || max(u.Input(), u.Output) > mostOfOne) {
		c.Response.Usage = nil // it would be charged, or given back
	}
	if err == nil && c.Response.FinishReason == FinishError {
		err = &Error{Kind: KindMalformed, Code: c.Reason, Message: "the model could not finish its answer"}
	}
	if err != nil {
		err = c.fault(ctx, provider, err)
		if c.Empty() && c.Response.Usage == nil && c.Response.FinishReason == "" {
			return nil, err
		}
	}
	return &c.Response, err
}

// mostOfOne is more tokens than any model takes or gives in one call, by far: 2^32 at ten dollars a million cost some forty
// thousand dollars. Two costs of 2^50 tokens would not fit a sum in nano-dollars, and no report would be right.
const mostOfOne = 1 << 32

func (c *Collector) assemble() {
	for _, p := range c.pieces {
		part, text := p.part, p.text.String()
		if r := part.Reasoning; r != nil && (r.Signature != "" || r.Redacted != "") {
			r.Provider = c.API
		}
		switch {
		case part.Reasoning != nil && part.Reasoning.Redacted == "":
			part.Reasoning.Text += text
		case part.ToolCall != nil:
			part.ToolCall.Arguments += text
		case text != "":
			part.Text = text
		}
		c.Response.Parts = append(c.Response.Parts, part)
	}
	if len(c.calls) > 0 && c.Response.FinishReason == FinishStop {
		c.Response.FinishReason = FinishToolCalls
	}
}

func (c *Collector) fault(ctx context.Context, provider string, err error) error {
	if c.failed != nil {
		return c.failed
	}
	if gone := ctx.Err(); gone != nil && !errors.Is(err, gone) {
		return fmt.Errorf("%s: %w", provider, gone)
	}
	if known, ok := errors.AsType[*Error](err); ok {
		e := *known
		e.Provider, e.Model = orElse(e.Provider, provider), orElse(e.Model, c.req.Model)
		return &e
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", provider, ctx.Err())
	}
	e := &Error{Kind: KindConnection, Provider: provider, Model: c.req.Model, Err: err}
	if isJSON(err) {
		e.Kind = KindMalformed
	}
	return e
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// isJSON tells whether err is about JSON that does not parse or does not fit.
func isJSON(err error) bool {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, fit := errors.AsType[*json.UnmarshalTypeError](err)
	return syntax || fit
}

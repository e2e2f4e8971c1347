package llm

import "unicode/utf8"

// Stream passes a whole answer on as if it came now. When onDelta fails, it returns the part that was
// passed on, and the error.
func (r *Response) Stream(onDelta func(Delta) error) (*Response, error) {
	pieces := Cut(r.Parts)
	for i, p := range pieces {
		if err := onDelta(p.Delta); err != nil {
			return r.Until(pieces[:i]), err
		}
	}
	return r, nil
}

// Streamed is a copy of the request that asks for a stream whose deltas nobody sees, so that the time of the first is
// known. A request that has somebody to see them is given back. It is for those directly around a provider: whoever
// decides about another try, further out, would take a stream that is asked for there for one that was passed on.
func (r *Request) Streamed() *Request {
	if r.OnDelta != nil {
		return r
	}
	c := *r
	c.OnDelta = func(Delta) error { return nil }
	return &c
}

// Piece is a delta of an answer and the part of the answer that it comes from.
type Piece struct {
	Delta Delta
	Part  int // its index
}

// Cut makes the deltas of a whole answer, for those who give one as a stream. Media and what only one
// provider has are not streamed.
func Cut(parts []Part) []Piece {
	var out []Piece
	calls := 0
	for i, p := range parts {
		switch {
		case p.ToolCall != nil:
			out = append(out, Piece{Delta{ToolCall: &ToolCall{ID: p.ToolCall.ID, Name: p.ToolCall.Name}, Index: calls}, i})
			for _, s := range textPieces(p.ToolCall.Arguments) {
				out = append(out, Piece{Delta{ToolCall: &ToolCall{Arguments: s}, Index: calls}, i})
			}
			calls++
		case p.Reasoning != nil:
			for _, s := range textPieces(p.Reasoning.Text) {
				out = append(out, Piece{Delta{Reasoning: s}, i})
			}
		default:
			for _, s := range textPieces(p.Text) {
				out = append(out, Piece{Delta{Text: s}, i})
			}
		}
	}
	return out
}

// textPieces cuts a text into at most eight pieces or so, between characters.
func textPieces(s string) []string {
	size := max(16, (len(s)+7)/8)
	var out []string
	for len(s) > 0 {
		n := min(size, len(s))
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n++
		}
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

// Until is the answer as a model would have left it that had streamed these first pieces of it.
func (r *Response) Until(pieces []Piece) *Response {
	part := &Response{Model: r.Model, ID: r.ID, Timing: Timing{TTFT: r.Timing.TTFT}, Attempts: r.Attempts}
	for i, p := range pieces {
		if i == 0 || pieces[i-1].Part != p.Part {
			part.Parts = append(part.Parts, Part{})
		}
		last := &part.Parts[len(part.Parts)-1]
		switch d := p.Delta; {
		case d.ToolCall != nil:
			if last.ToolCall == nil {
				last.ToolCall = &ToolCall{}
			}
			last.ToolCall.ID += d.ToolCall.ID
			last.ToolCall.Name += d.ToolCall.Name
			last.ToolCall.Arguments += d.ToolCall.Arguments
		case d.Reasoning != "":
			if last.Reasoning == nil {
				last.Reasoning = &Reasoning{}
			}
			last.Reasoning.Text += d.Reasoning
		default:
			last.Text += d.Text
		}
	}
	return part
}

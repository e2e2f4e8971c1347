package replay

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// stream waits as Options.Pace asks and passes the answer on in pieces. When onDelta or ctx stop it, it
// returns the part that was passed on, and the error.
func (m *Model) stream(ctx context.Context, resp *llm.Response, onDelta func(llm.Delta) error) (*llm.Response, error) {
	pace := func(d time.Duration) error {
		if m.opts.Pace <= 0 {
			return ctx.Err()
		}
		return m.opts.Sleep(ctx, time.Duration(float64(d)*m.opts.Pace))
	}
	if onDelta == nil {
		return nil, pace(resp.Timing.Total)
	}
	pieces := cut(resp.Parts)
	wait := resp.Timing.TTFT
	for i, p := range pieces {
		err := pace(wait)
		if err == nil {
			err = onDelta(p.delta)
		}
		if err != nil {
			return passedOn(resp, pieces[:i]), err
		}
		wait = (resp.Timing.Total - resp.Timing.TTFT) / time.Duration(len(pieces))
	}
	return nil, pace(wait)
}

// piece is a delta and the part of the answer that it comes from.
type piece struct {
	delta llm.Delta
	part  int
}

// cut makes the deltas of an answer. Media and what only one provider has are not streamed.
func cut(parts []llm.Part) []piece {
	var out []piece
	calls := 0
	for i, p := range parts {
		switch {
		case p.ToolCall != nil:
			out = append(out, piece{llm.Delta{ToolCall: &llm.ToolCall{ID: p.ToolCall.ID, Name: p.ToolCall.Name}, Index: calls}, i})
			for _, s := range textPieces(p.ToolCall.Arguments) {
				out = append(out, piece{llm.Delta{ToolCall: &llm.ToolCall{Arguments: s}, Index: calls}, i})
			}
			calls++
		case p.Reasoning != nil:
			for _, s := range textPieces(p.Reasoning.Text) {
				out = append(out, piece{llm.Delta{Reasoning: s}, i})
			}
		default:
			for _, s := range textPieces(p.Text) {
				out = append(out, piece{llm.Delta{Text: s}, i})
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

// passedOn is the part of an answer that was streamed: as the recorded model would have left it.
func passedOn(resp *llm.Response, pieces []piece) *llm.Response {
	part := &llm.Response{Model: resp.Model, ID: resp.ID, Timing: llm.Timing{TTFT: resp.Timing.TTFT}, Attempts: resp.Attempts}
	for i, p := range pieces {
		if i == 0 || pieces[i-1].part != p.part {
			part.Parts = append(part.Parts, llm.Part{})
		}
		last := &part.Parts[len(part.Parts)-1]
		switch d := p.delta; {
		case d.ToolCall != nil:
			if last.ToolCall == nil {
				last.ToolCall = &llm.ToolCall{}
			}
			last.ToolCall.ID += d.ToolCall.ID
			last.ToolCall.Name += d.ToolCall.Name
			last.ToolCall.Arguments += d.ToolCall.Arguments
		case d.Reasoning != "":
			if last.Reasoning == nil {
				last.Reasoning = &llm.Reasoning{}
			}
			last.Reasoning.Text += d.Reasoning
		default:
			last.Text += d.Text
		}
	}
	return part
}

package engine

import (
	"context"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Window says what becomes of a request that is too long for its model.
type Window struct {
	Strategy Strategy
	Reserve  int // tokens that are kept free for the answer where the request does not bound it; 0 means 1024

	// Limit gives the context window of a model in tokens, input and output together, and the most input it takes;
	// 0 means unknown, and then nothing is done.
	Limit func(modelRef string) (context, input int)
	// Count counts the tokens of a request as its model does; least is what it has at least where the count is an
	// estimate, and decides whether it is refused.
	Count func(req *llm.Request) (tokens, least int)
	// Elsewhere tells whether a longer model stands ready for one whose window is too small: then the request goes
	// on as it is. nil: none does.
	Elsewhere func(modelRef string) bool
	// Model writes the summaries, a reference or an alias; "" means the model that is asked.
	Model string

	aliases map[string]Alias
}

// Strategy is what is done with a request that is too long.
type Strategy string

// The strategies. The system's messages, the last user message and what follows it always stay, and tool calls stay
// with their results.
const (
	WindowError    Strategy = "error"           // the call fails before it is sent
	TruncateOldest Strategy = "truncate_oldest" // the oldest turns are left out
	Summarize      Strategy = "summarize"       // the oldest turns are replaced by a summary of them
)

// Cut tells what was left out of a request.
type Cut struct {
	Strategy Strategy
	Messages int
	Tokens   int // of the request, before and after
	Left     int
}

func (c *Cut) String() string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("%s: %d messages, %d tokens", c.Strategy, c.Messages, c.Tokens-c.Left)
}

// fit makes the request short enough for its model.
func fit(cfg Config) Stage {
	if cfg.Window != nil {
		own := *cfg.Window
		own.aliases = cfg.Aliases
		cfg.Window = &own
	}
	aside := chain(trace(cfg), reserve(cfg), send(cfg)) // the call that writes a summary, recorded for itself
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			if tokens, room := cfg.Window.over(call.Result.Request); tokens > room {
				if err := cfg.Window.shorten(ctx, call, aside, tokens, room); err != nil {
					return err
				}
			}
			return next(ctx, call)
		}
	}
}

// fits is fit for a call that is only checked: it fails where no strategy is set, and summarises nothing.
func fits(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			w := cfg.Window
			if w != nil && !w.shortens() {
				if tokens, room := w.over(call.Result.Request); tokens > room {
					return w.shorten(ctx, call, nil, tokens, room)
				}
			}
			return next(ctx, call)
		}
	}
}

func (w *Window) shortens() bool { return w.Strategy == TruncateOldest || w.Strategy == Summarize }

// over tells how many tokens a request has and how many there is room for. Both are 0 where it surely fits, where
// nothing is known of the model, and where a longer model stands ready.
func (w *Window) over(req *llm.Request) (tokens, room int) {
	most := atMost(req)
	if w == nil || most <= smallest {
		return 0, 0
	}
	room = w.room(req)
	if room == 0 || most <= room || w.Elsewhere != nil && w.Elsewhere(req.Model) {
		return 0, 0
	}
	tokens, least := w.Count(req)
	if !w.shortens() {
		tokens = least
	}
	return tokens, room
}

// smallest is a number of tokens that every model takes, so that a short request costs no look-up.
const smallest = 1024

// atMost is a number of tokens that a request cannot have more of: a token has a byte at least. Media count as very
// many.
func atMost(req *llm.Request) int {
	n := 64
	for _, m := range req.Messages {
		n += 64
		for _, p := range m.Parts {
			n += len(p.Text)
			switch {
			case p.ToolCall != nil:
				n += len(p.ToolCall.Name) + len(p.ToolCall.Arguments) + 64
			case p.ToolResult != nil:
				n += len(p.ToolResult.Content) + 64
			case p.Reasoning != nil:
				n += len(p.Reasoning.Text) + len(p.Reasoning.Signature) + len(p.Reasoning.Redacted)
			case p.Media != nil, p.Extra != nil:
				n += 1 << 30
			}
		}
	}
	for _, t := range req.Tools {
		n += 2*(len(t.Name)+len(t.Description)+len(t.Parameters)) + 64
	}
	if req.Format != nil {
		n += 2 * len(req.Format.Schema)
	}
	return n
}

// room is how many tokens of input the model takes; 0 when that is not known.
func (w *Window) room(req *llm.Request) int {
	all, input := w.Limit(req.Model)
	if all <= 0 {
		return max(0, input)
	}
	reserve := req.MaxTokens
	if reserve <= 0 {
		reserve = w.Reserve
	}
	if reserve <= 0 {
		reserve = 1024
	}
	room := max(1, all-reserve)
	if input > 0 {
		room = min(room, input)
	}
	return room
}

func (w *Window) shorten(ctx context.Context, call *Call, aside Handler, tokens, room int) error {
	req := call.Result.Request
	tooLong := &llm.Error{
		Kind: llm.KindContextWindow, Model: req.Model,
		Message: fmt.Sprintf("the request has %d tokens, and %s takes %d beside its answer", tokens, req.Model, room),
		Advice:  "shorten it, or set context: {strategy: truncate_oldest} or {strategy: summarize}",
	}
	if !w.shortens() {
		return tooLong
	}
	goal := room
	if w.Strategy == Summarize {
		goal = max(1, room-summaryTokens)
	}
	c := newConversation(req.Messages)
	short := req.Clone()
	for now := tokens; now > goal; {
		if !c.drop() {
			tooLong.Advice = "what has to stay is too long by itself: the system's messages and the last user message; " +
				"shorten them, or keep less free for the answer: --max-tokens, context.reserve_output"
			return tooLong
		}
		short.Messages = c.left()
		now, _ = w.Count(short)
	}
	if w.Strategy == Summarize {
		summary, err := w.summary(ctx, call, aside, c.dropped())
		if err != nil {
			return err
		}
		w.withSummary(short, c, summary)
	}
	left, _ := w.Count(short)
	call.Result.Cut = &Cut{w.Strategy, len(c.dropped()), tokens, left}
	call.Result.Request = short
	return nil
}

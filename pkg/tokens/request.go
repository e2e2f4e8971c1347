package tokens

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// CountRequest counts the input tokens of a request: messages with what frames them, tools, the schema
// of the answer, images. The request's own Model is not looked at.
//
// For OpenAI's models text in messages is exact by the published formula (see framing). Tools, schemas,
// tool calls and images make the count an estimate with a band, because providers document them in part
// or not at all. What can't be counted, such as audio or a file, is in Notes and not in Tokens.
func (c *Counter) CountRequest(req *llm.Request) Result {
	total := Result{Encoding: c.encoding, Estimated: c.Estimated()}
	frame := c.family.framing(c.model)
	for _, m := range req.Messages {
		content, images := c.message(m)
		total.Content += content.Tokens
		total.Images += images.Tokens
		total.add(content)
		total.add(images)
	}
	framing := frame.request + frame.message*len(req.Messages)
	total.Framing = framing
	total.add(exactly(framing))
	tools := c.tools(req.Tools, req.ToolChoice)
	tools.add(c.format(req.Format))
	total.Tools = tools.Tokens
	total.add(tools)
	return total
}

// framing is what surrounds messages: tokens for each, the role's own included, and for the request.
//
// OpenAI's cookbook («How to count tokens with tiktoken», num_tokens_from_messages): three tokens a message
// and those of the role, which is one token for each role; three that begin the reply. gpt-oss frames
// a message as <|start|>role<|message|>…<|end|> (the published harmony format), and begins the reply with
// <|start|>assistant. Anthropic and Google don't document theirs; npm's ai-tokenizer found two tokens
// a message and six a request for Claude, and countTokens of Gemini counts the text alone.
type framing struct{ message, request int }

func (f family) framing(model string) framing {
	switch f {
	case openAI:
		if strings.HasPrefix(model, "gpt-3.5-turbo-0301") {
			return framing{5, 3}
		}
		return framing{4, 3}
	case harmony:
		return framing{4, 2}
	case claude, claude47:
		return framing{2, 6}
	case gemini:
		return framing{0, 0}
	}
	return framing{4, 3}
}

// message counts what is in a message.
func (c *Counter) message(m llm.Message) (content, images Result) {
	var text strings.Builder
	for _, p := range m.Parts {
		switch {
		case p.Text != "":
			text.WriteString(p.Text)
		case p.Media != nil:
			images.add(c.media(p.Media))
		case p.ToolCall != nil:
			content.add(c.toolCall(p.ToolCall))
		case p.ToolResult != nil:
			content.add(c.roughly(p.ToolResult.Name+p.ToolResult.Content, 3))
		case p.Reasoning != nil:
			content.add(c.reasoning(p.Reasoning))
		case p.Extra != nil:
			content.add(c.roughly(string(p.Extra.Data), 0))
		}
	}
	if text.Len() > 0 {
		content.add(c.Measure(text.String()))
	}
	return content, images
}

// toolCall is a call in the conversation's past: its name and arguments and some six tokens around them.
// The id is not shown to the model by OpenAI, and by Anthropic it is.
func (c *Counter) toolCall(call *llm.ToolCall) Result {
	text := call.Name + " " + call.Arguments
	if c.family == claude || c.family == claude47 {
		text += call.ID
	}
	return c.roughly(text, 6)
}

// reasoning of earlier turns is dropped by OpenAI and for the most part by Anthropic, which keeps that of
// a turn with tool calls: it is the upper end of the band.
func (c *Counter) reasoning(r *llm.Reasoning) Result {
	full := c.Measure(r.Text)
	return Result{High: full.High, Estimated: true, Chars: full.Chars, Invalid: full.Invalid}
}

// roughly is the count of text in a frame of some tokens that nobody documents: the band goes from none of
// them to twice as many.
func (c *Counter) roughly(text string, frame int) Result {
	r := c.Measure(text)
	r.Tokens += frame
	r.High += 2 * frame
	r.Estimated = r.Estimated || frame > 0
	return r
}

// format is the schema of the answer, which providers put before the model in a form they don't document:
// its compact JSON text and some words around it.
func (c *Counter) format(f *llm.Format) Result {
	if f == nil {
		return Result{}
	}
	if f.Type != llm.FormatSchema {
		return Result{}
	}
	return c.schema(f.Name, f.Schema, 10)
}

func (c *Counter) schema(name string, schema json.RawMessage, frame int) Result {
	var compact strings.Builder
	compact.WriteString(name)
	compact.Write(compactJSON(schema))
	r := c.roughly(compact.String(), frame)
	r.Low -= r.Low / 4 // the punctuation of JSON may not reach the model
	return r
}

func compactJSON(raw json.RawMessage) []byte {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return raw
	}
	b, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	return b
}

// media counts an image, and notes anything else.
func (c *Counter) media(m *llm.Media) Result {
	kind := m.MIME
	if kind == "" && len(m.Data) > 0 {
		if _, _, ok := imageSize(m.Data); ok {
			kind = "image"
		}
	}
	if kind == "" && m.URL != "" {
		kind = "image" // what else an address without a type may be is for the provider to say
	}
	if !strings.HasPrefix(kind, "image") {
		if kind == "" {
			kind = "unknown type"
		}
		return Result{Estimated: true, Notes: []string{fmt.Sprintf("a file (%s) was not counted", kind)}}
	}
	w, h, ok := imageSize(m.Data)
	if !ok {
		r := c.CountImage(Image{Width: 1024, Height: 1024})
		small, large := c.CountImage(Image{Width: 64, Height: 64}), c.CountImage(Image{Width: 8000, Height: 8000})
		r.Low, r.High, r.Estimated = min(r.Low, small.Low), max(r.High, large.High), true
		r.Notes = append(r.Notes, "the size of an image is not known; it was counted as one of 1024 × 1024")
		return r
	}
	return c.CountImage(Image{Width: w, Height: h})
}

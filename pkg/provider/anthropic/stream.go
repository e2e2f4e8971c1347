package anthropic

import (
	"encoding/json"
	"net/http"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/packages/ssestream"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// reader follows one stream.
type reader struct {
	col     *llm.Collector
	counts  counter
	reason  sdk.StopReason
	stopped bool // message_stop has come

	// The block that is open; blocks do not overlap.
	block sdk.ContentBlockUnion
	input string // tool input that has come in deltas
	cited []json.RawMessage
}

// stream reads events to the end.
func stream(events *ssestream.Stream[sdk.MessageStreamEventUnion], answer **http.Response, col *llm.Collector) error {
	limits(answer, col)
	if events.Err() != nil {
		return events.Err()
	}
	defer func() { _ = events.Close() }()
	r := &reader{col: col}
	for events.Next() {
		if err := r.event(events.Current()); err != nil {
			return err
		}
	}
	col.Response.Usage = r.counts.buckets()
	if events.Err() != nil {
		return events.Err()
	}
	if !r.stopped {
		return &llm.Error{Kind: llm.KindTruncated, Message: "the stream ended before message_stop"}
	}
	finish(col, r.reason, &r.counts)
	return nil
}

func (r *reader) event(e sdk.MessageStreamEventUnion) error {
	switch e.Type {
	case "message_start":
		r.col.Response.ID, r.col.Response.Model = e.Message.ID, e.Message.Model
		r.counts.start(e.Message.Usage)
	case "content_block_start":
		return r.start(int(e.Index), e.ContentBlock.RawJSON())
	case "content_block_delta":
		return r.delta(int(e.Index), e.Delta)
	case "content_block_stop":
		return r.stop(int(e.Index))
	case "message_delta":
		r.reason = e.Delta.StopReason
		r.counts.delta(e.Usage)
	case "message_stop":
		r.stopped = true
	}
	return nil
}

func (r *reader) start(index int, raw string) error {
	r.block, r.input, r.cited = sdk.ContentBlockUnion{}, "", nil
	if err := json.Unmarshal([]byte(raw), &r.block); err != nil {
		return err
	}
	if r.block.Type == "server_tool_use" {
		return nil // its input is yet to come, see stop
	}
	return begin(r.col, index, r.block)
}

func (r *reader) delta(index int, d sdk.MessageStreamEventUnionDelta) error {
	switch d.Type {
	case "text_delta":
		if !d.JSON.Text.Valid() {
			return errShape("text in a text_delta")
		}
		return r.col.Text(d.Text)
	case "thinking_delta":
		return r.col.Reasoning(d.Thinking)
	case "signature_delta":
		r.col.Sign(d.Signature)
	case "citations_delta":
		r.cited = append(r.cited, json.RawMessage(d.Citation.RawJSON()))
	case "input_json_delta":
		r.input += d.PartialJSON
		if r.block.Type == "tool_use" && d.PartialJSON != "" {
			return r.col.ToolCall(index, llm.ToolCall{Arguments: d.PartialJSON})
		}
	}
	return nil
}

// stop ends a block. A call without arguments streams none; in one piece it has an empty object.
func (r *reader) stop(index int) error {
	switch {
	case r.block.Type == "tool_use" && r.input == "":
		return r.col.ToolCall(index, llm.ToolCall{Arguments: "{}"})
	case r.block.Type == "server_tool_use":
		var fields map[string]json.RawMessage
		if err := json.Unmarshal([]byte(r.block.RawJSON()), &fields); err != nil {
			return err
		}
		if r.input != "" {
			fields["input"] = input(r.input)
		}
		extra(r.col, r.block.Type, fields)
	case len(r.cited) > 0:
		extra(r.col, citationsType, r.cited)
	}
	return nil
}

package anthropic

import (
	"encoding/json"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

const (
	extraProvider = "anthropic"
	citationsType = "citations"
)

// errShape stands for JSON of another shape than documented, which the SDK reads as if it were empty.
func errShape(what string) error {
	return &llm.Error{Kind: llm.KindMalformed, Message: "the answer has no " + what}
}

// whole takes an answer that came in one piece.
func whole(msg *sdk.Message, col *llm.Collector) error {
	if !msg.JSON.Content.Valid() || !msg.JSON.StopReason.Valid() {
		return errShape("content or no stop_reason")
	}
	col.Response.ID, col.Response.Model = msg.ID, msg.Model
	for i, b := range msg.Content {
		_ = begin(col, i, b) // without OnDelta it cannot fail
		if b.Type == "tool_use" {
			_ = col.ToolCall(i, llm.ToolCall{Arguments: string(b.Input)})
		}
		if cited := rawCitations(b); len(cited) > 0 {
			extra(col, citationsType, cited)
		}
	}
	var counts counter
	counts.start(msg.Usage)
	finish(col, msg.StopReason, &counts)
	return nil
}

// begin adds what a content block has at its start: in an answer in one piece all of it, but for the
// input of a tool call; in a stream what later deltas add to.
func begin(col *llm.Collector, index int, b sdk.ContentBlockUnion) error {
	col.Break()
	switch b.Type {
	case "text":
		return col.Text(b.Text)
	case "thinking":
		if err := col.Reasoning(b.Thinking); err != nil {
			return err
		}
		col.Sign(b.Signature)
	case "redacted_thinking":
		col.Part(llm.Part{Reasoning: &llm.Reasoning{Redacted: b.Data}})
	case "tool_use":
		return col.ToolCall(index, llm.ToolCall{ID: b.ID, Name: b.Name})
	default:
		extra(col, b.Type, json.RawMessage(b.RawJSON()))
	}
	return nil
}

func extra(col *llm.Collector, kind string, v any) {
	if data, err := json.Marshal(v); err == nil {
		col.Part(llm.Part{Extra: &llm.Extra{Provider: extraProvider, Type: kind, Data: data}})
	}
}

func rawCitations(b sdk.ContentBlockUnion) []json.RawMessage {
	var list []json.RawMessage
	for _, c := range b.Citations {
		list = append(list, json.RawMessage(c.RawJSON()))
	}
	return list
}

// finish sets what comes last. A turn that the API paused in the middle of its own tools counts as cut
// short: the answer goes on when it is sent back.
func finish(col *llm.Collector, reason sdk.StopReason, counts *counter) {
	col.Reason, col.Response.Usage = string(reason), counts.buckets()
	switch reason {
	case sdk.StopReasonEndTurn, sdk.StopReasonStopSequence:
		col.Response.FinishReason = llm.FinishStop
	case sdk.StopReasonMaxTokens, sdk.StopReasonModelContextWindowExceeded, sdk.StopReasonPauseTurn:
		col.Response.FinishReason = llm.FinishLength
	case sdk.StopReasonToolUse:
		col.Response.FinishReason = llm.FinishToolCalls
	case sdk.StopReasonRefusal:
		col.Response.FinishReason = llm.FinishContentFilter
	default:
		col.Response.FinishReason = llm.FinishUnknown
	}
}

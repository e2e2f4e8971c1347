package openai

import (
	"encoding/json"

	sdk "github.com/sashabaranov/go-openai"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// turn is what gathers up over an answer, in one piece or streamed, beside its text.
type turn struct {
	ended       bool // a finish reason has come
	finished    sdk.FinishReason
	refusal     string
	annotations []json.RawMessage
	logProbs    logProbs
	asked       bool     // Request.LogProbs asked for them
	calls       []string // the id of each tool call so far
	keys        []int    // the server's index of each
}

func (t *turn) reason(r sdk.FinishReason) {
	if r != "" && r != sdk.FinishReasonNull {
		t.ended, t.finished = true, r
	}
}

// call hands on a fragment of a tool call. The index says which call it belongs to, but some servers
// send every call whole, with the same index or none: there a new id or a name begins a new call.
func (t *turn) call(col *llm.Collector, fragment sdk.ToolCall) error {
	key := t.key(fragment)
	return col.ToolCall(key, llm.ToolCall{
		ID: fragment.ID, Name: fragment.Function.Name, Arguments: fragment.Function.Arguments,
	})
}

func (t *turn) key(fragment sdk.ToolCall) int {
	named := fragment.Function.Name != ""
	for i := len(t.calls) - 1; i >= 0; i-- {
		switch {
		case fragment.Index != nil && *fragment.Index != t.keys[i]:
			continue
		case fragment.Index == nil && named:
		case named && fragment.ID != "" && t.calls[i] != "" && fragment.ID != t.calls[i]:
		default:
			return i
		}
		break
	}
	index := -1
	if fragment.Index != nil {
		index = *fragment.Index
	}
	t.calls, t.keys = append(t.calls, fragment.ID), append(t.keys, index)
	return len(t.calls) - 1
}

// finish adds what is only known at the end.
func (t *turn) finish(col *llm.Collector) {
	extra := func(kind string, v any) {
		if data, err := json.Marshal(v); err == nil {
			col.Part(llm.Part{Extra: &llm.Extra{Provider: extraProvider, Type: kind, Data: data}})
		}
	}
	if len(t.annotations) > 0 {
		extra("annotations", t.annotations)
	}
	switch {
	case t.asked:
		col.Response.LogProbs = t.logProbs.tokens()
	case len(t.logProbs.Content)+len(t.logProbs.Refusal) > 0:
		extra("logprobs", t.logProbs)
	}
	col.Reason, col.Response.FinishReason = string(t.finished), finishReason(t.finished)
	if t.refusal != "" {
		extra(refusalType, t.refusal)
		col.Response.FinishReason = llm.FinishContentFilter
	}
}

const (
	extraProvider = "openai"
	refusalType   = "refusal"
)

// refusalOf gives the text of a refusal that was kept in an earlier turn, or "".
func refusalOf(e *llm.Extra) string {
	var text string
	if e.Provider == extraProvider && e.Type == refusalType {
		_ = json.Unmarshal(e.Data, &text) // what is not a text is not a refusal
	}
	return text
}

// finishReason knows OpenAI's words and those of TGI, DeepSeek, OpenRouter and other compatible servers.
func finishReason(r sdk.FinishReason) llm.FinishReason {
	switch r {
	case sdk.FinishReasonStop, "eos", "eos_token", "stop_sequence", "end_turn":
		return llm.FinishStop
	case sdk.FinishReasonLength, "max_tokens", "model_length":
		return llm.FinishLength
	case sdk.FinishReasonToolCalls, sdk.FinishReasonFunctionCall:
		return llm.FinishToolCalls
	case sdk.FinishReasonContentFilter:
		return llm.FinishContentFilter
	case "error", "insufficient_system_resource", "abort":
		return llm.FinishError
	}
	return llm.FinishUnknown
}

package llm

import "time"

// FinishReason says why the model stopped.
type FinishReason string

// The reasons, after OpenAI's names. FinishUnknown is what a server says in words that we don't know.
const (
	FinishStop          FinishReason = "stop"
	FinishLength        FinishReason = "length"
	FinishToolCalls     FinishReason = "tool_calls"
	FinishContentFilter FinishReason = "content_filter"
	FinishError         FinishReason = "error"
	FinishUnknown       FinishReason = "unknown"
)

// Response is a model's answer, or with an error from Generate the part of one that arrived.
type Response struct {
	Parts        []Part       `json:"parts"`
	FinishReason FinishReason `json:"finish_reason,omitempty"` // "" in a partial answer
	Model        string       `json:"model,omitempty"`         // the model that the provider says answered
	ID           string       `json:"id,omitempty"`            // the provider's id: shown, never a key
	Usage        *Usage       `json:"usage"`                   // nil means unknown
	Timing       Timing       `json:"timing"`
	Attempts     int          `json:"attempts,omitempty"` // tries, the successful one included
	LogProbs     []TokenProb  `json:"logprobs,omitempty"` // of the text's tokens, where Request.LogProbs asked for them
	RateLimit    *RateLimit   `json:"rate_limit,omitempty"`

	// Ref is the whole reference of the model that answered, as the gateway knows it. Substitute tells that
	// it is another than was asked, because that one failed; Why says what happened to it.
	Ref        string   `json:"ref,omitempty"`
	Substitute bool     `json:"substitute,omitempty"`
	Why        string   `json:"why,omitempty"`
	Tried      []string `json:"tried,omitempty"` // the references that were asked before, or skipped, in order
	Missed     bool     `json:"-"`               // our own cache was asked and had no answer
	Static     bool     `json:"-"`               // no model answered: it is a text that the configuration holds ready
	Cached     bool     `json:"-"`               // the answer came from our own cache: nothing was asked and nothing is charged

	// Lost are the answers that were thrown away before this one, or before the call failed, and that a provider may
	// charge for: filtered ones for which another model was asked, broken ones that were tried again. In their order.
	Lost []Try `json:"-"`
}

// Try is what came of asking a model once: an answer or a part of one, and the error. Of an answer that a filter
// stopped Err is nil.
type Try struct {
	*Response
	Err error
}

// Charged tells whether a provider may charge for it: it told a usage, or something of an answer came.
func (t Try) Charged() bool { return t.Response != nil && (t.Usage != nil || len(t.Parts) > 0) }

// Timing is measured at the client. TTFT is 0 when no delta was streamed.
type Timing struct {
	TTFT  time.Duration `json:"ttft"`  // from sending the request to the first delta
	Total time.Duration `json:"total"` // from sending the request to the end of the answer
}

// RateLimit is what the provider said is left of its limits. A negative number means that it did not say.
type RateLimit struct {
	RemainingRequests int           `json:"remaining_requests"`
	RemainingTokens   int           `json:"remaining_tokens"`
	ResetRequests     time.Duration `json:"reset_requests"`
	ResetTokens       time.Duration `json:"reset_tokens"`
}

// Text joins the text parts of the answer.
func (r *Response) Text() string {
	if r == nil {
		return ""
	}
	return joinText(r.Parts)
}

// ToolCalls lists the tool calls of the answer, in order.
func (r *Response) ToolCalls() []ToolCall {
	var calls []ToolCall
	for _, p := range r.Parts {
		if p.ToolCall != nil {
			calls = append(calls, *p.ToolCall)
		}
	}
	return calls
}

// Delta is the next piece of a streamed answer. One field is set, but for ToolCall, whose Index goes
// with it: ID and Name come with the first fragment of a call, Arguments in pieces.
type Delta struct {
	Text      string
	Reasoning string
	ToolCall  *ToolCall
	Index     int // which tool call of the answer ToolCall belongs to
}

package wire

import (
	"encoding/json"
	"errors"
)

// sight is what the wire sees of an event.
type sight struct {
	name     string // the event's name, for Anthropic
	terminal bool   // the answer is whole from here on
	last     bool   // and nothing follows
	skip     bool   // it holds nothing for a client
}

var errNotJSON = errors.New("not a JSON object")

// glance is the little of an event or an answer that tells its end or an error, in all three dialects.
type glance struct {
	Error   json.RawMessage `json:"error"`
	Object  string          `json:"object"`
	Message json.RawMessage `json:"message"`
	Detail  json.RawMessage `json:"detail"`
	Type    any             `json:"type"`
	Choices []struct {
		FinishReason any             `json:"finish_reason"`
		Error        json.RawMessage `json:"error"`
	} `json:"choices"`
	Candidates []struct {
		FinishReason any `json:"finishReason"`
	} `json:"candidates"`
	PromptFeedback struct {
		BlockReason any `json:"blockReason"`
	} `json:"promptFeedback"`
}

// inspect looks at one event: errNotJSON, an *llm.Error that the server reports in it, or what it says
// about the end of the stream.
func (x *exchange) inspect(name string, data []byte) (sight, error) {
	if name == "error" {
		return sight{}, x.reported(data)
	}
	if ordinary(x.Dialect, name, data) {
		return sight{name: name}, nil
	}
	return x.study(name, data)
}

// study reads the event for what inspect looks for.
func (x *exchange) study(name string, data []byte) (sight, error) {
	var g glance
	if err := json.Unmarshal(data, &g); err != nil && !json.Valid(data) || data[0] != '{' {
		return sight{}, errNotJSON
	}
	if g.isError(x.Dialect) {
		return sight{}, x.reported(data)
	}
	switch x.Dialect {
	case Anthropic:
		if kind, ok := g.Type.(string); ok {
			name = kind
		}
		stop := name == "message_stop"
		return sight{name: name, terminal: stop, last: stop, skip: name == "ping"}, nil
	case Gemini:
		return sight{terminal: g.blocked() || g.candidateFinished()}, nil
	}
	return sight{terminal: g.choiceFinished()}, nil
}

// isError tells whether a document is a failure: it has an error, or no answer but words where an error's
// would be.
func (g *glance) isError(d Dialect) bool {
	if says(g.Error) || g.Object == "error" || g.Type == "error" {
		return true
	}
	for _, c := range g.Choices {
		if says(c.Error) {
			return true
		}
	}
	// An Anthropic message_start has a message too: an object, where an error has a text.
	worded := len(g.Message) > 0 && g.Message[0] == '"' || says(g.Detail)
	return worded && d == OpenAI && g.Choices == nil && g.Object == ""
}

// says tells whether an error field holds anything: servers send null, false, "" and {} for none.
func says(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "null", "false", `""`, "{}", "[]":
		return false
	}
	return true
}

func (g *glance) choiceFinished() bool {
	for _, c := range g.Choices {
		if named(c.FinishReason) {
			return true
		}
	}
	return false
}

func (g *glance) candidateFinished() bool {
	for _, c := range g.Candidates {
		if named(c.FinishReason) {
			return true
		}
	}
	return false
}

func (g *glance) blocked() bool { return named(g.PromptFeedback.BlockReason) }

// named tells whether a reason is there: absent, null, empty and Gemini's UNSPECIFIED are none.
func named(reason any) bool {
	switch reason {
	case nil, "", "FINISH_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED":
		return false
	}
	return true
}

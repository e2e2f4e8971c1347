package llm

import (
	"encoding/json"
	"strings"
)

// Role says who speaks in a Message.
type Role string

// The four roles. A tool's result travels in a Message of RoleTool.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Message is one turn of a conversation.
type Message struct {
	Role  Role   `json:"role"`
	Parts []Part `json:"parts"`
}

// Part is a piece of a message. Exactly one field is set.
type Part struct {
	Text       string      `json:"text,omitempty"`
	Media      *Media      `json:"media,omitempty"`
	ToolCall   *ToolCall   `json:"tool_call,omitempty"`
	ToolResult *ToolResult `json:"tool_result,omitempty"`
	Reasoning  *Reasoning  `json:"reasoning,omitempty"`
	Extra      *Extra      `json:"extra,omitempty"`
}

// Media is an image or another file, by value or by address. Data wins when both are set.
type Media struct {
	MIME string `json:"mime,omitempty"`
	Data []byte `json:"data,omitempty"`
	URL  string `json:"url,omitempty"`
	Name string `json:"name,omitempty"`
}

// ToolCall is the model's wish to have a tool run. Arguments is the JSON text as the model wrote it,
// which may be invalid JSON.
type ToolCall struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// ToolResult answers the ToolCall with the same ID. Name repeats the tool's name, which Gemini needs.
type ToolResult struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Content string `json:"content"`
	IsError bool   `json:"is_error,omitempty"`
}

// Reasoning is thinking that the provider shows. Signature is opaque and must be sent back unchanged
// (Anthropic's signature or redacted thinking, Gemini's thought signature).
type Reasoning struct {
	Text      string `json:"text,omitempty"`
	Signature string `json:"signature,omitempty"`
	Redacted  string `json:"redacted,omitempty"`
	// Provider is the API whose signature it is; another refuses it. "" fits all.
	Provider string `json:"provider,omitempty"`
}

// Fits tells whether the signature can be sent to this API.
func (r *Reasoning) Fits(provider string) bool { return r.Provider == "" || r.Provider == provider }

// Extra is something that only one provider has, kept as it came: Gemini's grounding and code
// execution, Anthropic's server tools, OpenAI's annotations.
type Extra struct {
	Provider string          `json:"provider"`
	Type     string          `json:"type"`
	Data     json.RawMessage `json:"data"`
}

// Text makes a Message of one text part.
func Text(role Role, text string) Message {
	return Message{Role: role, Parts: []Part{{Text: text}}}
}

// Text joins the text parts of the message.
func (m Message) Text() string { return joinText(m.Parts) }

// OnlyText tells whether parts are nothing but text, so that joining them loses nothing.
func OnlyText(parts []Part) bool {
	for _, p := range parts {
		if p.Text == "" && p != (Part{}) {
			return false
		}
	}
	return true
}

func joinText(parts []Part) string {
	if len(parts) == 1 {
		return parts[0].Text
	}
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

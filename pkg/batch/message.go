package batch

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// message is one as OpenAI writes it, or as we do, with parts.
type message struct {
	Role       llm.Role        `json:"role"`
	Content    json.RawMessage `json:"content"` // text or parts
	Parts      []llm.Part      `json:"parts"`
	ToolCallID string          `json:"tool_call_id"`
	ToolCalls  []struct {
		ID       string       `json:"id"`
		Function llm.ToolCall `json:"function"`
	} `json:"tool_calls"`
}

// inputMessages reads input: a text, or a list of messages.
func inputMessages(input json.RawMessage) ([]message, error) {
	input = bytes.TrimSpace(input)
	switch {
	case len(input) == 0 || string(input) == "null":
		return nil, nil
	case input[0] == '"':
		return []message{{Role: llm.RoleUser, Content: input}}, nil
	}
	var list []message
	if input[0] != '[' || json.Unmarshal(input, &list) != nil {
		return nil, diag.Errorf("input wants text or a list of messages with role and content")
	}
	return list, nil
}

func convert(list []message) ([]llm.Message, error) {
	out := make([]llm.Message, 0, len(list))
	for i, m := range list {
		one, err := m.convert()
		if err != nil {
			return nil, diag.Errorf("message %d: %w", i+1, err).WithHint("%s", diag.HintOf(err))
		}
		out = append(out, one)
	}
	return out, nil
}

func (m *message) convert() (llm.Message, error) {
	out := llm.Message{Role: m.Role, Parts: m.Parts}
	switch m.Role {
	case llm.RoleSystem, llm.RoleUser, llm.RoleAssistant:
	case "developer": // OpenAI's newer word
		out.Role = llm.RoleSystem
	case llm.RoleTool:
		return m.toolResult()
	default:
		return out, diag.Errorf("it has the role %q", string(m.Role)).WithHint("roles: system, user, assistant, tool")
	}
	parts, err := content(m.Content)
	if err != nil {
		return out, err
	}
	out.Parts = append(out.Parts, parts...)
	for _, c := range m.ToolCalls {
		out.Parts = append(out.Parts, llm.Part{ToolCall: &llm.ToolCall{ID: c.ID, Name: c.Function.Name, Arguments: c.Function.Arguments}})
	}
	if len(out.Parts) == 0 {
		return out, diag.Errorf("it has no content")
	}
	return out, nil
}

func (m *message) toolResult() (llm.Message, error) {
	out := llm.Message{Role: llm.RoleTool, Parts: m.Parts}
	if len(m.Parts) > 0 {
		return out, nil
	}
	parts, err := content(m.Content)
	if err != nil {
		return out, err
	}
	text := llm.Message{Parts: parts}.Text()
	out.Parts = []llm.Part{{ToolResult: &llm.ToolResult{ID: m.ToolCallID, Content: text}}}
	return out, nil
}

// content reads a message's content: text or a list of parts.
func content(raw json.RawMessage) ([]llm.Part, error) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil, nil
	case raw[0] == '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return []llm.Part{{Text: text}}, err
	}
	var list []contentPart
	if json.Unmarshal(raw, &list) != nil {
		return nil, diag.Errorf("content wants text or a list of parts")
	}
	parts := make([]llm.Part, 0, len(list))
	for _, c := range list {
		part, err := c.part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// contentPart is a part as OpenAI writes it.
type contentPart struct {
	Type     string          `json:"type"`
	Text     string          `json:"text"`
	ImageURL json.RawMessage `json:"image_url"` // {"url": …}, or the address itself
}

func (c *contentPart) part() (llm.Part, error) {
	switch c.Type {
	case "text", "input_text", "output_text", "":
		return llm.Part{Text: c.Text}, nil
	case "image_url", "input_image":
		return image(c.ImageURL)
	}
	return llm.Part{}, diag.Errorf("content of the type %q is not supported", c.Type).WithHint("types: text, image_url")
}

func image(raw json.RawMessage) (llm.Part, error) {
	var address string
	if json.Unmarshal(raw, &address) != nil {
		var object struct{ URL string }
		if json.Unmarshal(raw, &object) != nil {
			return llm.Part{}, diag.Errorf("image_url wants an address")
		}
		address = object.URL
	}
	if !strings.HasPrefix(address, "data:") {
		return llm.Part{Media: &llm.Media{MIME: "image", URL: address}}, nil
	}
	head, data, _ := strings.Cut(strings.TrimPrefix(address, "data:"), ";base64,")
	bin, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(bin) == 0 {
		return llm.Part{}, diag.Errorf("image_url is a data: address without base64 data")
	}
	return llm.Part{Media: &llm.Media{MIME: head, Data: bin}}, nil
}

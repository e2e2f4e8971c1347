package estimate

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/chat"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// record is a line of a batch file: ours, or OpenAI's with the request under body.
type record struct {
	Vars map[string]any `json:"vars"`
	Body *body          `json:"body"`
	body
}

// body is a request, with the words of OpenAI's chat completions, responses and embeddings.
type body struct {
	Model        string          `json:"model"`
	Input        json.RawMessage `json:"input"` // text, texts (embeddings) or messages (responses)
	Messages     []message       `json:"messages"`
	Instructions string          `json:"instructions"`

	MaxTokens           int             `json:"max_tokens"`
	MaxCompletionTokens int             `json:"max_completion_tokens"`
	MaxOutputTokens     int             `json:"max_output_tokens"`
	Tools               json.RawMessage `json:"tools"`
	N                   int64           `json:"n"` // choices that are asked for
}

type message struct {
	Role    llm.Role        `json:"role"`
	Content json.RawMessage `json:"content"` // text or parts
}

// parseRecord reads a line. The prompt is for records with vars, or with nothing else to say. Errors have a
// column and no file.
func parseRecord(text []byte, prompt string) (Call, error) {
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return Call{}, malformed(text, err)
	}
	b := &r.body
	if r.Body != nil {
		b = r.Body
	}
	call := Call{Call: engine.Call{Vars: r.Vars}}
	req, err := b.request()
	if err != nil {
		return Call{}, err
	}
	call.Request = req
	if r.Vars != nil || len(req.Messages) == 0 {
		call.Prompt = prompt
	}
	if call.Prompt == "" && (len(r.Vars) > 0 || len(req.Messages) == 0) {
		if len(r.Vars) > 0 {
			return Call{}, diag.Errorf("it has vars, and no prompt to fill").WithHint("name the prompt: --prompt name@^1.0.0")
		}
		return Call{}, diag.Errorf("it has neither input nor messages").WithHint(`a record is a line: {"id": "1", "input": "Hello"}`)
	}
	return call, nil
}

func malformed(text []byte, err error) error {
	var d *diag.Error
	if errors.As(diag.JSON("", text, err), &d) {
		d.Line = 0
		return d
	}
	return err
}

func (b *body) request() (llm.Request, error) {
	req := llm.Request{Model: b.Model, MaxTokens: max(b.MaxTokens, b.MaxCompletionTokens, b.MaxOutputTokens)}
	if req.MaxTokens > 0 && b.N > 1 {
		req.MaxTokens *= int(min(b.N, 128)) // each choice may be as long
	}
	if b.Instructions != "" {
		req.Messages = append(req.Messages, llm.Text(llm.RoleSystem, b.Instructions))
	}
	messages := b.Messages
	if input := bytes.TrimSpace(b.Input); len(input) > 0 && string(input) != "null" {
		var err error
		if messages, err = inputMessages(input); err != nil {
			return req, err
		}
		messages = append(messages, b.Messages...)
	}
	for _, m := range messages {
		parts, err := m.parts()
		if err != nil {
			return req, err
		}
		req.Messages = append(req.Messages, llm.Message{Role: m.Role, Parts: parts})
	}
	if len(b.Tools) == 0 || string(b.Tools) == "null" {
		return req, nil
	}
	var err error
	req.Tools, err = chat.ParseTools("", b.Tools)
	return req, err
}

// inputMessages reads input: a text, a list of texts, or a list of messages.
func inputMessages(input json.RawMessage) ([]message, error) {
	if input[0] == '"' {
		return []message{{llm.RoleUser, input}}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(input, &list); err != nil {
		return nil, diag.Errorf("input wants text or a list of messages")
	}
	messages := make([]message, 0, len(list))
	for _, item := range list {
		m := message{llm.RoleUser, item}
		if item[0] == '{' {
			m = message{}
			if err := json.Unmarshal(item, &m); err != nil {
				return nil, diag.Errorf("input is a list, but not of messages with role and content")
			}
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// parts reads a message's content.
func (m message) parts() ([]llm.Part, error) {
	switch content := bytes.TrimSpace(m.Content); {
	case len(content) == 0 || string(content) == "null":
		return nil, nil
	case content[0] == '"':
		var text string
		if err := json.Unmarshal(content, &text); err != nil {
			return nil, err
		}
		return []llm.Part{{Text: text}}, nil
	}
	var list []contentPart
	if err := json.Unmarshal(m.Content, &list); err != nil {
		return nil, diag.Errorf("content wants text or a list of parts")
	}
	parts := make([]llm.Part, len(list))
	for i, p := range list {
		parts[i] = p.part()
	}
	return parts, nil
}

package chat

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// ParseTools reads tool definitions: a JSON list of {name, description, parameters}, or of OpenAI's
// {type: function, function: {…}}, or one such object alone. name is the file's, for errors.
func ParseTools(name string, data []byte) ([]llm.Tool, error) {
	if text := bytes.TrimSpace(data); len(text) > 0 && text[0] == '{' {
		data = append(append([]byte("["), text...), ']')
	}
	var defs []struct {
		llm.Tool
		Type        string          `json:"type"`
		Function    *llm.Tool       `json:"function"`
		InputSchema json.RawMessage `json:"input_schema"` // Anthropic's word for parameters
	}
	if err := json.Unmarshal(data, &defs); err != nil {
		return nil, diag.JSON(name, data, err)
	}
	tools := make([]llm.Tool, 0, len(defs))
	seen := map[string]bool{}
	for i, d := range defs {
		t := d.Tool
		if d.Function != nil {
			t = *d.Function
		}
		if t.Parameters == nil {
			t.Parameters = d.InputSchema
		}
		switch {
		case t.Name == "":
			return nil, diag.At(name, 0, 0, "tool %d has no name", i+1).WithHint(`write {"name": …, "description": …, "parameters": {JSON Schema}}`)
		case seen[t.Name]:
			return nil, diag.At(name, 0, 0, "two tools are called %q", t.Name)
		}
		seen[t.Name] = true
		tools = append(tools, t)
	}
	return tools, nil
}

// ParseSchema reads a JSON Schema for the answer. The schema's title, if it has one, becomes its name.
func ParseSchema(name string, data []byte) (*llm.Format, error) {
	var head struct {
		Title string `json:"title"`
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, diag.JSON(name, data, err)
	}
	_ = json.Unmarshal(data, &head) // a title that is no text is not a name
	title := strings.Map(schemaNameRune, head.Title)
	if title == "" {
		title = "answer"
	}
	return &llm.Format{Type: llm.FormatSchema, Name: title, Schema: json.RawMessage(bytes.TrimSpace(data))}, nil
}

// schemaNameRune keeps what OpenAI allows in a schema's name.
func schemaNameRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
		return r
	case r == ' ':
		return '_'
	}
	return -1
}

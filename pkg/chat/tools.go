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
	var defs []toolDef
	var err error
	if text := bytes.TrimSpace(data); len(text) > 0 && text[0] == '{' {
		defs = make([]toolDef, 1)
		err = json.Unmarshal(data, &defs[0])
	} else {
		err = json.Unmarshal(data, &defs)
	}
	if err != nil {
		return nil, diag.JSON(name, data, err)
	}
	if len(defs) == 0 {
		return nil, diag.At(name, 0, 0, "defines no tool").WithHint(toolHint)
	}
	tools := make([]llm.Tool, 0, len(defs))
	seen := map[string]bool{}
	for i, d := range defs {
		t := d.tool()
		switch {
		case t.Name == "":
			return nil, diag.At(name, 0, 0, "tool %d has no name", i+1).WithHint(toolHint)
		case seen[t.Name]:
			return nil, diag.At(name, 0, 0, "two tools are called %q", t.Name)
		case t.Parameters != nil && t.Parameters[0] != '{':
			return nil, diag.At(name, 0, 0, "the parameters of tool %q are not a JSON object", t.Name).WithHint(toolHint)
		}
		seen[t.Name] = true
		tools = append(tools, t)
	}
	return tools, nil
}

const toolHint = `write {"name": …, "description": …, "parameters": {JSON Schema}}`

// toolDef is a tool in any of the forms that ParseTools reads.
type toolDef struct {
	llm.Tool
	Type        string          `json:"type"`
	Function    *llm.Tool       `json:"function"`
	InputSchema json.RawMessage `json:"input_schema"` // Anthropic's word for parameters
}

func (d *toolDef) tool() llm.Tool {
	t := d.Tool
	if d.Function != nil {
		t = *d.Function
	}
	if t.Parameters == nil {
		t.Parameters = d.InputSchema
	}
	if string(t.Parameters) == "null" {
		t.Parameters = nil
	}
	return t
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
	if object == nil {
		return nil, diag.At(name, 1, 1, "null is no JSON Schema").WithHint(`write an object: {"type": "object", "properties": {…}}`)
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

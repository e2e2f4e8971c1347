package chat_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/chat"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestParseTools(t *testing.T) {
	want := []llm.Tool{{Name: "weather", Description: "Tells it", Parameters: json.RawMessage(`{"type": "object"}`)}}
	for name, text := range map[string]string{
		"a list":         `[{"name": "weather", "description": "Tells it", "parameters": {"type": "object"}}]`,
		"one alone":      ` {"name": "weather", "description": "Tells it", "parameters": {"type": "object"}} `,
		"as OpenAI's":    `[{"type": "function", "function": {"name": "weather", "description": "Tells it", "parameters": {"type": "object"}}}]`,
		"as Anthropic's": `[{"name": "weather", "description": "Tells it", "input_schema": {"type": "object"}}]`,
	} {
		got, err := chat.ParseTools("t.json", []byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	got, err := chat.ParseTools("t.json", []byte(`{"name": "now", "parameters": null}`))
	if err != nil || len(got) != 1 || got[0].Parameters != nil {
		t.Errorf("a tool without parameters: %+v, %v", got, err)
	}
}

func TestParseToolsRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"an empty file", "", "t.json:1:1: "},
		{"malformed, in a list", "[\n  {\"name\": }]", "t.json:2:12: "},
		{"malformed, alone", `{"name": }`, "t.json:1:10: "},
		{"a text", `"weather"`, "t.json:1:"},
		{"null", `null`, "defines no tool"},
		{"an empty list", `[]`, "defines no tool"},
		{"no name", `[{"name": "a"}, {"description": "b"}]`, "tool 2 has no name"},
		{"nothing in the function", `[{"type": "function", "function": {}}]`, "tool 1 has no name"},
		{"twice the same", `[{"name": "a"}, {"name": "a"}]`, `two tools are called "a"`},
		{"parameters that are no object", `[{"name": "a", "parameters": 7}]`, `the parameters of tool "a"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := chat.ParseTools("t.json", []byte(tt.text))
			var user *diag.Error
			if !errors.As(err, &user) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%+v, %v; want a *diag.Error with %q", got, err, tt.want)
			}
		})
	}
}

func TestParseSchema(t *testing.T) {
	for title, want := range map[string]string{
		`"title": "My Answer! (v2)",`: "My_Answer_v2", `"title": "Cevap",`: "Cevap", `"title": "答",`: "answer", `"title": 7,`: "answer", "": "answer",
	} {
		text := `{` + title + `"type": "object"}`
		got, err := chat.ParseSchema("s.json", []byte("\n"+text+"\n"))
		if err != nil || got.Name != want || got.Type != llm.FormatSchema || string(got.Schema) != text {
			t.Errorf("%s: %+v, %v; want the name %q and the schema as it is", text, got, err, want)
		}
	}
}

func TestParseSchemaRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"": "s.json:1:1: ", "{\n\"type\" 7}": "s.json:2:8: ", "[]": "s.json:1:", "null": "s.json:1:1: null is no JSON Schema", "true": "s.json:1:",
	} {
		got, err := chat.ParseSchema("s.json", []byte(text))
		var user *diag.Error
		if !errors.As(err, &user) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want a *diag.Error with %q", text, got, err, want)
		}
	}
}

// Whatever is parsed, what comes out is fit to be sent: each tool has a name of its own and its parameters
// are an object.
func FuzzParseTools(f *testing.F) {
	for _, seed := range []string{`[]`, `{"name": "a"}`, `[{"function": {"name": "a", "parameters": {}}}, null]`, `[{"name": "a", "input_schema": null}]`, "{\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tools, err := chat.ParseTools("t.json", data)
		if err != nil {
			var user *diag.Error
			if !errors.As(err, &user) {
				t.Fatalf("%v is no *diag.Error", err)
			}
			return
		}
		names := map[string]bool{}
		for _, tool := range tools {
			var object map[string]any
			if tool.Parameters != nil && json.Unmarshal(tool.Parameters, &object) != nil || tool.Name == "" || names[tool.Name] {
				t.Fatalf("%q gave %+v", data, tools)
			}
			names[tool.Name] = true
		}
		if len(tools) == 0 {
			t.Fatalf("%q gave no tool and no error", data)
		}
	})
}

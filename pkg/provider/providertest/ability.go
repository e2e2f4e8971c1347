package providertest

import (
	"encoding/json"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// ability is one thing that every provider can do: a request in llm's words, and the options in which
// each provider has its own.
type ability struct {
	name    string
	request func() *llm.Request
	options map[Dialect]map[string]any
}

// abilities is the table. The answers, and the translation of each request, are in testdata.
func abilities() []ability {
	return []ability{
		{name: "parameters", request: parameters},
		{name: "json_mode", request: func() *llm.Request {
			r := ask("Name a city as JSON.")
			r.Format = &llm.Format{Type: llm.FormatJSON}
			return r
		}},
		{name: "json_schema", request: func() *llm.Request {
			r := ask("Name a city and its country.")
			r.Format = &llm.Format{Type: llm.FormatSchema, Name: "city/answer", Strict: true, Schema: json.RawMessage(
				`{"type":"object","properties":{"name":{"type":"string"},"country":{"type":"string"}},"required":["name","country"],"additionalProperties":false}`)}
			return r
		}},
		{name: "tool_call", request: func() *llm.Request {
			r := ask("What is the weather in Ankara and what time is it?")
			r.Tools, r.ToolChoice = tools(), "required"
			return r
		}},
		{name: "tool_named", request: func() *llm.Request {
			r := ask("What time is it?")
			r.Tools, r.ToolChoice = tools(), "get_time"
			return r
		}},
		{name: "tool_result", request: toolResult},
		{name: "image", request: image},
		{name: "reasoning", request: reasoning, options: map[Dialect]map[string]any{
			OpenAI:    {"reasoning_effort": "low"},
			Anthropic: {"thinking": map[string]any{"type": "enabled", "budget_tokens": 2048}},
			Gemini: {"generationConfig": map[string]any{
				"thinkingConfig": map[string]any{"includeThoughts": true, "thinkingBudget": 512},
			}},
		}},
		{name: "provider_only", request: providerOnly, options: map[Dialect]map[string]any{
			OpenAI: {"logprobs": true, "web_search_options": map[string]any{}},
			Anthropic: {
				"cache_control": map[string]any{"type": "ephemeral"},
				"tools":         []any{map[string]any{"type": "web_search_20250305", "name": "web_search"}},
			},
			Gemini: {"tools": []any{
				map[string]any{"googleSearch": map[string]any{}}, map[string]any{"codeExecution": map[string]any{}},
			}},
		}},
		{name: "length", request: func() *llm.Request { return ask("Count to a thousand.") }},
		{name: "filtered", request: func() *llm.Request { return ask("Say something that the filter stops.") }},
		{name: "refused", request: func() *llm.Request { return ask("Say something that you refuse.") }},
		{name: "no_usage", request: func() *llm.Request { return ask("Hello") }},
	}
}

func ask(text string) *llm.Request {
	return &llm.Request{Messages: []llm.Message{llm.Text(llm.RoleUser, text)}}
}

func tools() []llm.Tool {
	return []llm.Tool{
		{
			Name: "get_weather", Description: "The weather in a city", Strict: true,
			Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}`),
		},
		{Name: "get_time"},
	}
}

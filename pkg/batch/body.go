package batch

import (
	"encoding/json"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// body is the request of OpenAI's batch line, for chat completions or responses.
type body struct {
	Model        string          `json:"model"`
	Messages     []message       `json:"messages"`
	Input        json.RawMessage `json:"input"`
	Instructions string          `json:"instructions"`

	Temperature         *float64        `json:"temperature"`
	TopP                *float64        `json:"top_p"`
	MaxTokens           int             `json:"max_tokens"`
	MaxCompletionTokens int             `json:"max_completion_tokens"`
	MaxOutputTokens     int             `json:"max_output_tokens"`
	Stop                json.RawMessage `json:"stop"`
	Seed                *int64          `json:"seed"`
	N                   int             `json:"n"`
	ResponseFormat      *responseFormat `json:"response_format"`
	Tools               []tool          `json:"tools"`
	ToolChoice          json.RawMessage `json:"tool_choice"`
}

type responseFormat struct {
	Type   string `json:"type"`
	Schema struct {
		Name   string          `json:"name"`
		Schema json.RawMessage `json:"schema"`
		Strict bool            `json:"strict"`
	} `json:"json_schema"`
}

type tool struct {
	Type     string   `json:"type"`
	Function llm.Tool `json:"function"`
}

// bodyKeys are the keys that body knows; those of chat completions that it does not know go to the provider
// as they are.
const bodyKeys = " model messages input instructions temperature top_p max_tokens max_completion_tokens" +
	" max_output_tokens stop seed n response_format tools tool_choice stream stream_options "

// bodyRequest makes a request of an OpenAI body.
func bodyRequest(url string, raw json.RawMessage) (llm.Request, error) {
	responses := strings.HasSuffix(url, "/responses")
	if url != "" && !responses && !strings.HasSuffix(url, "/chat/completions") {
		return llm.Request{}, diag.Errorf("the url %q is not supported", url).WithHint("urls: /v1/chat/completions, /v1/responses")
	}
	var b body
	var all map[string]any
	if err := decode(raw, &b); err != nil {
		return llm.Request{}, diag.Errorf("body: a key has a value of the wrong kind, or it is no object")
	}
	if err := decode(raw, &all); err != nil {
		return llm.Request{}, diag.Errorf("body: it is no object")
	}
	req, err := b.request()
	if err != nil {
		return req, err
	}
	for key, value := range all {
		if strings.Contains(bodyKeys, " "+key+" ") || value == nil {
			continue
		}
		if responses {
			return req, diag.Errorf("body: %s of the responses API is not supported", key)
		}
		if req.Options == nil {
			req.Options = map[string]any{}
		}
		req.Options[key] = value
	}
	return req, nil
}

func (b *body) request() (llm.Request, error) {
	req := llm.Request{
		Model: b.Model, Temperature: b.Temperature, TopP: b.TopP, Seed: b.Seed,
		MaxTokens: max(b.MaxTokens, b.MaxCompletionTokens, b.MaxOutputTokens),
	}
	if b.Model != "" && !strings.Contains(b.Model, "/") {
		req.Model = "openai/" + b.Model
	}
	if b.N > 1 {
		return req, diag.Errorf("body: n is %d, and a record has one output", b.N)
	}
	if b.Instructions != "" {
		req.Messages = append(req.Messages, llm.Text(llm.RoleSystem, b.Instructions))
	}
	messages, err := inputMessages(b.Input)
	if err != nil {
		return req, err
	}
	rest, err := convert(append(messages, b.Messages...))
	if err != nil {
		return req, err
	}
	req.Messages = append(req.Messages, rest...)
	if req.Stop, err = stops(b.Stop); err != nil {
		return req, err
	}
	if err := b.format(&req); err != nil {
		return req, err
	}
	return req, b.tools(&req)
}

func stops(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}, nil
	}
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return nil, diag.Errorf("body: stop wants text or a list of texts")
	}
	return list, nil
}

func (b *body) format(req *llm.Request) error {
	if b.ResponseFormat == nil {
		return nil
	}
	switch f := b.ResponseFormat; f.Type {
	case "text", "":
	case "json_object":
		req.Format = &llm.Format{Type: llm.FormatJSON}
	case "json_schema":
		req.Format = &llm.Format{Type: llm.FormatSchema, Name: f.Schema.Name, Schema: f.Schema.Schema, Strict: f.Schema.Strict}
	default:
		return diag.Errorf("body: response_format has the type %q", f.Type).WithHint("types: text, json_object, json_schema")
	}
	return nil
}

func (b *body) tools(req *llm.Request) error {
	for i, t := range b.Tools {
		if t.Type != "function" || t.Function.Name == "" {
			return diag.Errorf("body: tool %d is no function with a name", i+1)
		}
		req.Tools = append(req.Tools, t.Function)
	}
	if len(b.ToolChoice) == 0 || string(b.ToolChoice) == "null" {
		return nil
	}
	if json.Unmarshal(b.ToolChoice, &req.ToolChoice) == nil {
		return nil
	}
	var named tool
	if json.Unmarshal(b.ToolChoice, &named) != nil || named.Function.Name == "" {
		return diag.Errorf("body: tool_choice wants a word or a function")
	}
	req.ToolChoice = named.Function.Name
	return nil
}

package openai

import (
	"encoding/json"
	"net/url"
	"strings"

	sdk "github.com/sashabaranov/go-openai"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

const (
	oldMaxTokensField = "max_tokens"
	newMaxTokensField = "max_completion_tokens"
)

// compose translates a request. What the SDK has no field for, omits when it is zero or forbids by the
// model's name is in the mends, the model's name itself included.
func (c *Client) compose(req *llm.Request) (sdk.ChatCompletionRequest, *mends, error) {
	m := &mends{fields: map[string]any{"model": req.Model}, messages: map[int]map[string]any{}}
	messages, err := c.messages(req.Messages, m)
	if err != nil {
		return sdk.ChatCompletionRequest{}, nil, err
	}
	body := sdk.ChatCompletionRequest{
		Messages:       messages,
		Stop:           req.Stop,
		ResponseFormat: responseFormat(req.Format),
		Tools:          tools(req.Tools),
		ToolChoice:     toolChoice(req.ToolChoice),
	}
	if req.OnDelta != nil && !c.noStreamUsage.Load() {
		body.StreamOptions = &sdk.StreamOptions{IncludeUsage: true}
	}
	setPointer(m.fields, "temperature", req.Temperature)
	setPointer(m.fields, "top_p", req.TopP)
	setPointer(m.fields, "seed", req.Seed)
	if _, refused := c.noLogProbs.Load(req.Model); req.LogProbs > 0 && !refused {
		m.fields["logprobs"], m.fields["top_logprobs"] = true, min(req.LogProbs, maxTopLogProbs)
	}
	if req.MaxTokens > 0 {
		m.fields[c.maxTokensField(req.Model)] = req.MaxTokens
	}
	return body, m, nil
}

func setPointer[T any](fields map[string]any, name string, value *T) {
	if value != nil {
		fields[name] = *value
	}
}

// maxTokensField: OpenAI deprecated max_tokens, and its reasoning models refuse it; other servers may
// not know the new name and would generate without a limit.
func (c *Client) maxTokensField(model string) string {
	if c.cfg.MaxTokensField != "" {
		return c.cfg.MaxTokensField
	}
	if _, asked := c.newMaxTokens.Load(model); asked {
		return newMaxTokensField
	}
	if c.isOpenAI() || (c.cfg.AzureVersion != "" && reasons(model)) {
		return newMaxTokensField
	}
	return oldMaxTokensField
}

func (c *Client) isOpenAI() bool {
	u, err := url.Parse(c.cfg.BaseURL)
	return err == nil && (u.Hostname() == "api.openai.com" || strings.HasSuffix(u.Hostname(), ".api.openai.com"))
}

func reasons(model string) bool {
	for _, prefix := range []string{"o1", "o3", "o4", "gpt-5", "gpt-6"} {
		if strings.HasPrefix(model, prefix) {
			return true
		}
	}
	return false
}

func responseFormat(f *llm.Format) *sdk.ChatCompletionResponseFormat {
	switch {
	case f == nil:
		return nil
	case f.Type != llm.FormatSchema:
		return &sdk.ChatCompletionResponseFormat{Type: sdk.ChatCompletionResponseFormatTypeJSONObject}
	}
	return &sdk.ChatCompletionResponseFormat{
		Type: sdk.ChatCompletionResponseFormatTypeJSONSchema,
		JSONSchema: &sdk.ChatCompletionResponseFormatJSONSchema{
			Name: schemaName(f.Name), Schema: f.Schema, Strict: f.Strict,
		},
	}
}

// schemaName keeps to what OpenAI takes: letters, digits, underscores and dashes, at most 64.
func schemaName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
	if safe == "" {
		return "answer"
	}
	return safe[:min(64, len(safe))]
}

func tools(list []llm.Tool) []sdk.Tool {
	var out []sdk.Tool
	for _, t := range list {
		parameters := t.Parameters
		if parameters == nil {
			parameters = json.RawMessage(`{"type":"object","properties":{}}`)
		}
		out = append(out, sdk.Tool{Type: sdk.ToolTypeFunction, Function: &sdk.FunctionDefinition{
			Name: t.Name, Description: t.Description, Strict: t.Strict, Parameters: parameters,
		}})
	}
	return out
}

func toolChoice(choice string) any {
	switch choice {
	case "":
		return nil
	case "auto", "none", "required":
		return choice
	}
	return sdk.ToolChoice{Type: sdk.ToolTypeFunction, Function: sdk.ToolFunction{Name: choice}}
}

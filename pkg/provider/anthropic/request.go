package anthropic

import (
	"encoding/json"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/packages/param"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// jsonInstruction stands in for the JSON mode that Anthropic does not have.
const jsonInstruction = "Answer with one JSON object and nothing else: no prose around it and no code fence."

// compose makes the JSON of a request, without the stream field, which the SDK adds.
func (c *Client) compose(req *llm.Request) ([]byte, error) {
	system, messages, err := conversation(req.Messages)
	if err != nil {
		return nil, err
	}
	p := sdk.MessageNewParams{
		Model:         req.Model,
		MaxTokens:     c.maxTokens(req),
		System:        system,
		Messages:      messages,
		StopSequences: req.Stop,
		Tools:         tools(req.Tools),
		ToolChoice:    toolChoice(req.ToolChoice),
	}
	if req.Temperature != nil {
		p.Temperature = param.NewOpt(*req.Temperature)
	}
	if req.TopP != nil {
		p.TopP = param.NewOpt(*req.TopP)
	}
	setFormat(&p, req.Format)
	body, err := p.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return req.Overlay(body, "model", "messages", "stream")
}

// maxTokens gives the required number, which must be above the thinking budget.
func (c *Client) maxTokens(req *llm.Request) int64 {
	if req.MaxTokens > 0 {
		return int64(req.MaxTokens)
	}
	budget := 0.0
	if thinking, ok := req.Options["thinking"].(map[string]any); ok {
		switch n := thinking["budget_tokens"].(type) {
		case int:
			budget = float64(n)
		case float64:
			budget = n
		}
	}
	return int64(c.cfg.MaxTokens) + int64(budget)
}

func setFormat(p *sdk.MessageNewParams, f *llm.Format) {
	switch {
	case f == nil:
	case f.Type == llm.FormatSchema:
		// As raw JSON, since the order of a schema's properties is the order of the answer's.
		format, _ := json.Marshal(map[string]any{"type": "json_schema", "schema": f.Schema})
		p.OutputConfig.Format = param.Override[sdk.JSONOutputFormatParam](json.RawMessage(format))
	default:
		p.System = append(p.System, sdk.TextBlockParam{Text: jsonInstruction})
	}
}

func tools(list []llm.Tool) []sdk.ToolUnionParam {
	var out []sdk.ToolUnionParam
	for _, t := range list {
		schema := t.Parameters
		if schema == nil {
			schema = json.RawMessage(`{"type":"object","properties":{}}`)
		}
		tool := sdk.ToolParam{Name: t.Name, InputSchema: param.Override[sdk.ToolInputSchemaParam](schema)}
		if t.Description != "" {
			tool.Description = param.NewOpt(t.Description)
		}
		if t.Strict {
			tool.Strict = param.NewOpt(true)
		}
		out = append(out, sdk.ToolUnionParam{OfTool: &tool})
	}
	return out
}

func toolChoice(choice string) sdk.ToolChoiceUnionParam {
	switch choice {
	case "":
		return sdk.ToolChoiceUnionParam{}
	case "auto":
		return sdk.ToolChoiceUnionParam{OfAuto: &sdk.ToolChoiceAutoParam{}}
	case "none":
		return sdk.ToolChoiceUnionParam{OfNone: &sdk.ToolChoiceNoneParam{}}
	case "required":
		return sdk.ToolChoiceUnionParam{OfAny: &sdk.ToolChoiceAnyParam{}}
	}
	return sdk.ToolChoiceParamOfTool(choice)
}

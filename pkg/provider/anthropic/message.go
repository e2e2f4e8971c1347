package anthropic

import (
	"encoding/json"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/packages/param"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// conversation splits off the system messages and joins neighbours that have the same role here: the
// results of parallel tool calls must come in one turn.
func conversation(list []llm.Message) (system []sdk.TextBlockParam, turns []sdk.MessageParam, err error) {
	for _, m := range list {
		if m.Role == llm.RoleSystem {
			if text := m.Text(); text != "" {
				system = append(system, sdk.TextBlockParam{Text: text})
			}
			continue
		}
		role := sdk.MessageParamRoleUser
		if m.Role == llm.RoleAssistant {
			role = sdk.MessageParamRoleAssistant
		}
		content, err := blocks(m.Parts)
		if err != nil {
			return nil, nil, err
		}
		if n := len(turns); n > 0 && turns[n-1].Role == role {
			turns[n-1].Content = append(turns[n-1].Content, content...)
		} else {
			turns = append(turns, sdk.MessageParam{Role: role, Content: content})
		}
	}
	return system, turns, nil
}

// blocks translates parts. Empty texts, which the API refuses, thinking without a signature and what
// another provider left are skipped.
func blocks(parts []llm.Part) ([]sdk.ContentBlockParamUnion, error) {
	out := []sdk.ContentBlockParamUnion{}
	for _, p := range parts {
		switch {
		case p.Text != "":
			out = append(out, sdk.NewTextBlock(p.Text))
		case p.Media != nil:
			b, err := mediaBlock(p.Media)
			if err != nil {
				return nil, err
			}
			out = append(out, b)
		case p.ToolCall != nil:
			out = append(out, sdk.NewToolUseBlock(p.ToolCall.ID, input(p.ToolCall.Arguments), p.ToolCall.Name))
		case p.ToolResult != nil:
			out = append(out, toolResult(p.ToolResult))
		case p.Reasoning != nil && !p.Reasoning.Fits(extraProvider):
		case p.Reasoning != nil && p.Reasoning.Redacted != "":
			out = append(out, sdk.NewRedactedThinkingBlock(p.Reasoning.Redacted))
		case p.Reasoning != nil && p.Reasoning.Signature != "":
			out = append(out, sdk.NewThinkingBlock(p.Reasoning.Signature, p.Reasoning.Text))
		case p.Extra != nil && p.Extra.Provider == extraProvider && p.Extra.Type != citationsType:
			out = append(out, param.Override[sdk.ContentBlockParamUnion](p.Extra.Data))
		}
	}
	return out, nil
}

// input gives a call's arguments as JSON. Those that the model wrote wrong are sent back in the wrapping
// that Anthropic's documentation of fine-grained tool streaming names.
func input(arguments string) json.RawMessage {
	switch {
	case arguments == "":
		return json.RawMessage("{}")
	case json.Valid([]byte(arguments)):
		return json.RawMessage(arguments)
	}
	wrapped, _ := json.Marshal(map[string]string{"INVALID_JSON": arguments})
	return wrapped
}

// toolResult leaves the content out when it is empty, as an empty text block would be refused.
func toolResult(r *llm.ToolResult) sdk.ContentBlockParamUnion {
	block := sdk.ToolResultBlockParam{ToolUseID: r.ID}
	if r.Content != "" {
		block.Content = []sdk.ToolResultBlockParamContentUnion{{OfText: &sdk.TextBlockParam{Text: r.Content}}}
	}
	if r.IsError {
		block.IsError = param.NewOpt(true)
	}
	return sdk.ContentBlockParamUnion{OfToolResult: &block}
}

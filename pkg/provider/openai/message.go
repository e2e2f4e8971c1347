package openai

import (
	"strings"

	sdk "github.com/sashabaranov/go-openai"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// messages translates a conversation. Each tool result is a message of its own here.
func (c *Client) messages(list []llm.Message, m *mends) ([]sdk.ChatCompletionMessage, error) {
	var out []sdk.ChatCompletionMessage
	for _, msg := range list {
		var rest []llm.Part
		for _, p := range msg.Parts {
			if p.ToolResult == nil {
				rest = append(rest, p)
				continue
			}
			out = append(out, sdk.ChatCompletionMessage{
				Role: sdk.ChatMessageRoleTool, ToolCallID: p.ToolResult.ID, Content: p.ToolResult.Content,
			})
			m.keepContent(len(out)-1, p.ToolResult.Content)
		}
		if len(rest) == 0 && len(msg.Parts) > 0 {
			continue
		}
		one, err := c.message(msg.Role, rest, len(out), m)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// message translates one message of any role but tool; at is its index in the request.
func (c *Client) message(role llm.Role, parts []llm.Part, at int, m *mends) (sdk.ChatCompletionMessage, error) {
	msg := sdk.ChatCompletionMessage{Role: string(role)}
	var content, thoughts strings.Builder
	hasMedia := false
	for _, p := range parts {
		switch {
		case p.Media != nil:
			hasMedia = true
		case p.ToolCall != nil:
			msg.ToolCalls = append(msg.ToolCalls, toolCall(p.ToolCall))
		case p.Reasoning != nil:
			thoughts.WriteString(p.Reasoning.Text)
		case p.Extra != nil:
			msg.Refusal += refusalOf(p.Extra)
		default:
			content.WriteString(p.Text)
		}
	}
	// Servers that think between tool calls want their thoughts back in the turn they belong to; others,
	// and the same ones in other turns, refuse the field.
	if len(msg.ToolCalls) > 0 && !c.isOpenAI() && c.cfg.AzureVersion == "" {
		msg.ReasoningContent = thoughts.String()
	}
	if hasMedia {
		return msg, multiContent(&msg, parts, at, m)
	}
	msg.Content = content.String()
	if len(msg.ToolCalls) == 0 && msg.Refusal == "" {
		m.keepContent(at, msg.Content)
	}
	return msg, nil
}

func toolCall(call *llm.ToolCall) sdk.ToolCall {
	arguments := call.Arguments
	if arguments == "" {
		arguments = "{}"
	}
	return sdk.ToolCall{
		ID: call.ID, Type: sdk.ToolTypeFunction,
		Function: sdk.FunctionCall{Name: call.Name, Arguments: arguments},
	}
}

package openai

import (
	"context"
	"encoding/json"

	sdk "github.com/sashabaranov/go-openai"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// extras is what the SDK's answer has no field for.
type extras struct {
	Usage   *usage `json:"usage"`
	Choices []struct {
		Message  extraFields `json:"message"`
		LogProbs *logProbs   `json:"logprobs"`
	} `json:"choices"`
}

// extraFields are those of a message and of a delta alike.
type extraFields struct {
	Reasoning   string            `json:"reasoning"`
	Annotations []json.RawMessage `json:"annotations"`
}

// whole asks for an answer in one piece.
func whole(ctx context.Context, api *sdk.Client, body sdk.ChatCompletionRequest, s *sender, col *llm.Collector, t turn) error {
	answer, err := api.CreateChatCompletion(ctx, body)
	col.SetRateLimit(s.header.Get(rateLimitHeader))
	if err != nil {
		return err
	}
	return read(&answer, s.body, col, t)
}

// read takes an answer that came in one piece; body is its JSON.
func read(answer *sdk.ChatCompletionResponse, body []byte, col *llm.Collector, t turn) error {
	var more extras
	if err := json.Unmarshal(body, &more); err != nil {
		return err
	}
	col.Response.ID, col.Response.Model = answer.ID, answer.Model
	col.Response.Usage = more.Usage.buckets()
	if len(answer.Choices) == 0 {
		return &llm.Error{Kind: llm.KindEmpty, Message: "the answer has no choices"}
	}
	choice, extra := answer.Choices[0], more.Choices[0]
	t.reason(choice.FinishReason)
	t.logProbs.add(extra.LogProbs)
	t.annotations = extra.Message.Annotations
	t.refusal = choice.Message.Refusal
	// Without OnDelta none of the three can fail.
	_ = col.Reasoning(firstOf(choice.Message.ReasoningContent, extra.Message.Reasoning))
	_ = col.Text(contentOf(choice.Message))
	for _, call := range choice.Message.ToolCalls {
		_ = t.call(col, call)
	}
	t.finish(col)
	return nil
}

func contentOf(m sdk.ChatCompletionMessage) string {
	text := m.Content
	for _, part := range m.MultiContent { // a few servers answer with a list
		text += part.Text
	}
	return text
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

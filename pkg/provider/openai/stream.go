package openai

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	sdk "github.com/sashabaranov/go-openai"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// rateLimitHeader is where the wire reports the server's limits.
const rateLimitHeader = "X-Llmops-Ratelimit"

// chunk is the SDK's, with the fields that it lacks.
type chunk struct {
	sdk.ChatCompletionStreamResponse
	Choices []chunkChoice `json:"choices"`
	Usage   *usage        `json:"usage"`
}

type chunkChoice struct {
	sdk.ChatCompletionStreamChoice
	Delta    chunkDelta `json:"delta"`
	LogProbs *logProbs  `json:"logprobs"`
}

type chunkDelta struct {
	sdk.ChatCompletionStreamChoiceDelta
	extraFields
}

// stream asks for a stream and reads it to its end.
func stream(ctx context.Context, api *sdk.Client, body sdk.ChatCompletionRequest, s *sender, col *llm.Collector, t turn) error {
	events, err := api.CreateChatCompletionStream(ctx, body)
	col.SetRateLimit(s.header.Get(rateLimitHeader))
	if err != nil {
		return err
	}
	defer func() { _ = events.Close() }()
	for {
		raw, err := events.RecvRaw()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := t.read(raw, col); err != nil {
			return err
		}
	}
	t.finish(col)
	if !t.ended && !s.tail.done() {
		col.Response.FinishReason = ""
		return &llm.Error{Kind: llm.KindTruncated, Message: "the stream ended before the answer did"}
	}
	return nil
}

// read takes one chunk. Chunks without choices carry the usage, or Azure's verdict on the prompt.
func (t *turn) read(raw []byte, col *llm.Collector) error {
	var c chunk
	if err := json.Unmarshal(raw, &c); err != nil {
		return err
	}
	if c.ID != "" {
		col.Response.ID = c.ID
	}
	if c.Model != "" {
		col.Response.Model = c.Model
	}
	if u := c.Usage.buckets(); u != nil {
		col.Response.Usage = u
	}
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue // options asked for several answers; there is room for one
		}
		if err := t.delta(choice, col); err != nil {
			return err
		}
	}
	return nil
}

func (t *turn) delta(choice chunkChoice, col *llm.Collector) error {
	d := choice.Delta
	if err := col.Reasoning(firstOf(d.ReasoningContent, d.Reasoning)); err != nil {
		return err
	}
	if err := col.Text(d.Content); err != nil {
		return err
	}
	for _, call := range d.ToolCalls {
		if err := t.call(col, call); err != nil {
			return err
		}
	}
	t.refusal += d.Refusal
	t.annotations = append(t.annotations, d.Annotations...)
	t.logProbs.add(choice.LogProbs)
	t.reason(choice.FinishReason)
	return nil
}

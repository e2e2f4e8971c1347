package openai

import (
	"context"
	"encoding/json"

	sdk "github.com/sashabaranov/go-openai"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Embed asks for embeddings. OpenAI takes 2,048 texts at once, other servers fewer.
func (c *Client) Embed(ctx context.Context, req *llm.EmbedRequest) (*llm.Embedding, error) {
	out, err := c.embed(ctx, req)
	if err == nil {
		err = out.Check(len(req.Texts))
	}
	if err != nil {
		_, err = llm.NewCollector(&llm.Request{Model: req.Model}, c.cfg.Now).Finish(ctx, c.cfg.Name, err)
		return nil, err
	}
	return out, nil
}

func (c *Client) embed(ctx context.Context, req *llm.EmbedRequest) (*llm.Embedding, error) {
	options := &llm.Request{Model: req.Model, Options: req.Options}
	s := &sender{cfg: &c.cfg, mend: func(body []byte) ([]byte, error) { return options.Overlay(body, "model", "input") }}
	api := sdk.NewClientWithConfig(c.sdkConfig(req.Model, s))
	if _, err := api.CreateEmbeddings(ctx, sdk.EmbeddingRequestStrings{
		Input: req.Texts, Model: sdk.EmbeddingModel(req.Model), EncodingFormat: sdk.EmbeddingEncodingFormatFloat,
	}); err != nil {
		return nil, err
	}
	// Read anew: the SDK cannot tell an absent index or count from zero.
	var answer struct {
		Model string `json:"model"`
		Usage *usage `json:"usage"`
		Data  []struct {
			Index     *int      `json:"index"`
			Embedding []float32 `json:"embedding"`
		} `json:"data"`
	}
	if err := json.Unmarshal(s.body, &answer); err != nil {
		return nil, err
	}
	out := &llm.Embedding{Vectors: make([][]float32, len(answer.Data)), Model: answer.Model, Usage: answer.Usage.buckets()}
	for i, d := range answer.Data {
		if d.Index != nil {
			i = *d.Index
		}
		if i < 0 || i >= len(out.Vectors) || out.Vectors[i] != nil {
			return nil, &llm.Error{Kind: llm.KindMalformed, Message: "the answer numbers its vectors wrongly"}
		}
		out.Vectors[i] = d.Embedding
	}
	return out, nil
}

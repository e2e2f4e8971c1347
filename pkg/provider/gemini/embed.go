package gemini

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// maxTexts is how many texts Gemini embeds at once.
const maxTexts = 100

// Embed asks for embeddings by batchEmbedContents, a hundred texts at a time. Gemini does not tell how many
// tokens they had.
func (c *Client) Embed(ctx context.Context, req *llm.EmbedRequest) (*llm.Embedding, error) {
	out := &llm.Embedding{Model: req.Model}
	var err error
	for texts := range slices.Chunk(req.Texts, maxTexts) {
		if err = c.embed(ctx, req, texts, out); err != nil {
			break
		}
	}
	if err == nil {
		err = out.Check(len(req.Texts))
	}
	if err != nil {
		_, err = llm.NewCollector(&llm.Request{Model: req.Model}, c.cfg.Now).Finish(ctx, c.cfg.Name, err)
		return nil, err
	}
	return out, nil
}

// embedRequest is one text of batchEmbedContents.
type embedRequest struct {
	Model   string  `json:"model"`
	Content content `json:"content"`
}

func (c *Client) embed(ctx context.Context, req *llm.EmbedRequest, texts []string, out *llm.Embedding) error {
	one := &llm.Request{Model: req.Model, Options: req.Options}
	requests := make([]json.RawMessage, len(texts))
	for i, text := range texts {
		raw, err := json.Marshal(embedRequest{path(req.Model), content{Parts: []part{{Text: &text}}}})
		if err != nil {
			return err
		}
		if requests[i], err = one.Overlay(raw, "model", "content"); err != nil {
			return err
		}
	}
	body, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		return err
	}
	answer, err := c.post(ctx, req.Model, "batchEmbedContents", body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if body, err = io.ReadAll(answer.Body); err != nil {
		return err
	}
	var found struct {
		Embeddings []struct {
			Values []float32 `json:"values"`
		} `json:"embeddings"`
	}
	if err := json.Unmarshal(body, &found); err != nil {
		return err
	}
	for _, e := range found.Embeddings {
		out.Vectors = append(out.Vectors, e.Values)
	}
	return nil
}

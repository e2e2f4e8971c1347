package gateway_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// flaky fails so many embeddings before one succeeds.
type flaky struct {
	llm.ModelFunc
	failures *int
}

func (f flaky) Embed(_ context.Context, req *llm.EmbedRequest) (*llm.Embedding, error) {
	if *f.failures > 0 {
		*f.failures--
		return nil, &llm.Error{Kind: llm.KindOverloaded}
	}
	return &llm.Embedding{Vectors: make([][]float32, len(req.Texts))}, nil
}

func TestEmbedRetries(t *testing.T) {
	failures, opened := 2, 0
	g := gateway.New(gateway.Config{
		Open: func(ref string) (llm.Model, error) {
			opened++
			if ref == "none/m" {
				return llm.ModelFunc(nil), nil
			}
			return flaky{failures: &failures}, nil
		},
		Retry: gateway.Retry{Attempts: 3, Sleep: func(context.Context, time.Duration) error { return nil }},
	})
	for range 2 {
		out, err := g.Embed(t.Context(), &llm.EmbedRequest{Model: "p/m", Texts: []string{"a", "b"}})
		if err != nil || len(out.Vectors) != 2 || out.Attempts == 0 {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	if opened != 1 {
		t.Errorf("the provider was opened %d times", opened)
	}
	failures = 9
	if out, err := g.Embed(t.Context(), &llm.EmbedRequest{Model: "p/m", Texts: []string{"a"}}); err == nil || out == nil || out.Attempts != 3 {
		t.Errorf("%+v, %v after too many failures", out, err)
	}
	if err := g.Embeds("none/m"); err == nil {
		t.Error("a model without embeddings passes for one")
	}
}

// The limits of provider and key see each try for embeddings, its texts, and that it has no answer.
func TestEmbedIsLimited(t *testing.T) {
	failures, begun, ended := 1, []*llm.Request(nil), 0
	g := gateway.New(gateway.Config{
		Open:  func(string) (llm.Model, error) { return flaky{failures: &failures}, nil },
		Retry: gateway.Retry{Attempts: 3, Sleep: func(context.Context, time.Duration) error { return nil }},
		Limit: func(_ context.Context, _ string, req *llm.Request) (func(*llm.Response), error) {
			begun = append(begun, req)
			return func(r *llm.Response) {
				if r != nil {
					ended++
				}
			}, nil
		},
	})
	if _, err := g.Embed(t.Context(), &llm.EmbedRequest{Model: "p/m", Texts: []string{"a", "b"}}); err != nil {
		t.Fatal(err)
	}
	if len(begun) != 2 || ended != 2 || len(begun[0].Messages) != 2 || begun[0].MaxTokens >= 0 {
		t.Errorf("%d begun, %d ended: %+v", len(begun), ended, begun)
	}
}

func TestEmbedStopped(t *testing.T) {
	none := 0
	refusal := &llm.Error{Kind: llm.KindQuota}
	g := gateway.New(gateway.Config{
		Open: func(string) (llm.Model, error) { return flaky{failures: &none}, nil },
		Limit: func(context.Context, string, *llm.Request) (func(*llm.Response), error) {
			return nil, gateway.Stop(refusal)
		},
	})
	_, err := g.Embed(t.Context(), &llm.EmbedRequest{Model: "p/m", Texts: []string{"a"}})
	if !errors.Is(err, llm.ErrQuota) {
		t.Errorf("%v is no ErrQuota: whoever runs many calls would go on", err)
	}
}

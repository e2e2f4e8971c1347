package engine_test

import (
	"context"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

type embedding struct{ fail error }

func (e embedding) Embed(_ context.Context, req *llm.EmbedRequest) (*llm.Embedding, error) {
	if e.fail != nil {
		return nil, e.fail
	}
	return &llm.Embedding{Vectors: [][]float32{{1}, {2}}, Model: "answered", Usage: &llm.Usage{UncachedInput: 4}, Attempts: 2}, nil
}

type kept struct{ records []ledger.Record }

func (k *kept) Append(_ context.Context, r ledger.Record) error {
	k.records = append(k.records, r)
	return nil
}

// Embeddings are recorded and priced as answers are; a mistake in the call is not recorded.
func TestEmbed(t *testing.T) {
	book := &kept{}
	cfg := engine.Config{
		Gateway: llm.ModelFunc(nil), Embedder: embedding{}, Ledger: book,
		Price:   func(ref string, u *llm.Usage) *llm.Money { m := llm.Money(u.Input()); return &m },
		Aliases: map[string]engine.Alias{"small": {Model: "p/e"}},
	}
	call := engine.Call{Texts: []string{"a", "b"}, Source: ledger.FromJudge, Request: llm.Request{Model: "small", Case: "c/m"}}
	res, err := engine.New(cfg).Embed(t.Context(), call)
	if err != nil || len(res.Vectors) != 2 || *res.Cost != 4 {
		t.Fatalf("%+v, %v", res, err)
	}
	r := book.records[0]
	if r.ModelAsked != "p/e" || r.Source != ledger.FromJudge || r.CaseID != "c/m" || *r.Cost != 4 || r.Usage.Input() != 4 || r.Attempts != 2 || r.Status != ledger.OK || len(r.Messages) != 2 {
		t.Errorf("record %+v", r)
	}
	cfg.Embedder = embedding{fail: &llm.Error{Kind: llm.KindServer}}
	if _, err := engine.New(cfg).Embed(t.Context(), call); err == nil || len(book.records) != 2 || book.records[1].ErrorKind != llm.KindServer {
		t.Errorf("%v, %d records", err, len(book.records))
	}
	for _, bad := range []engine.Call{{Texts: []string{"a"}}, {Request: llm.Request{Model: "p/e"}}} {
		if _, err := engine.New(cfg).Embed(t.Context(), bad); err == nil || len(book.records) != 2 {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	cfg.Embedder = nil
	if _, err := engine.New(cfg).Embed(t.Context(), call); err == nil {
		t.Error("no embedder, and no error")
	}
}

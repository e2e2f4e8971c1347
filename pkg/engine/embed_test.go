package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

type embedding struct{ fail error }

func (e embedding) Embed(_ context.Context, req *llm.EmbedRequest) (*llm.Embedding, error) {
	if e.fail != nil {
		return nil, e.fail
	}
	return &llm.Embedding{Vectors: [][]float32{{1}, {2}}, Model: "answered", Usage: &llm.Usage{UncachedInput: 4}, Attempts: 2}, nil
}

// Embeddings are held to the budgets: what they may use is counted before, without an answer, and settled after.
func TestEmbedReserves(t *testing.T) {
	store := budget.NewMemory()
	budgets := budget.New(budget.Config{Store: store, Limits: func(budget.Scope) budget.Limits {
		return budget.Limits{budget.TokensPerDay: 10, budget.RequestsPerDay: 2}
	}})
	defer budgets.Close()
	price := func(string, *llm.Usage) *llm.Money { return nil }
	cfg := engine.Config{Gateway: llm.ModelFunc(nil), Embedder: embedding{}, Quota: &engine.Quota{
		Budgets: budgets, Price: price, Count: &engine.Count{
			Request: func(req *llm.Request) int { return 4 * len(req.Messages) },
		},
	}}
	e := engine.New(cfg)
	long := engine.Call{Texts: []string{"a", "b", "c"}, Request: llm.Request{Model: "p/e"}}
	if _, err := e.Embed(t.Context(), long); !errors.Is(err, llm.ErrQuota) {
		t.Errorf("12 tokens of 10: %v", err)
	}
	call := engine.Call{Texts: []string{"a"}, Request: llm.Request{Model: "p/e"}}
	for range 2 {
		if _, err := e.Embed(t.Context(), call); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Embed(t.Context(), call); err == nil {
		t.Error("the third call of two went through")
	}
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
	cfg.Embedder = embedding{}
	call.Parent, call.Tags = "01JA", []string{"vip"}
	cfg.Project, cfg.KeyName = "shop", func(ref string) string { return "KEY_OF_" + ref }
	if _, err := engine.New(cfg).Embed(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if r := book.records[2]; r.Parent != "01JA" || r.Project != "shop" || r.KeyName != "KEY_OF_p/e" || len(r.Tags) != 1 {
		t.Errorf("record %+v", r)
	}
	cfg.Embedder = nil
	if _, err := engine.New(cfg).Embed(t.Context(), call); err == nil {
		t.Error("no embedder, and no error")
	}
}

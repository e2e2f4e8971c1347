package score

import (
	"context"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// embedding is the cosine between the embeddings of the answer and of the nearest expected one. threshold is
// 0.8 unless given; what passes depends on the model, so look at some values first.
type embedding struct {
	Model     string  `yaml:"model" json:"model"` // an embedding model
	Threshold float64 `yaml:"threshold" json:"threshold"`
	Field     string  `yaml:"field" json:"field"`
	Path      string  `yaml:"path" json:"path"`

	with against
	embedder
}

func newEmbedding(o embedding) (Scorer, error) {
	if !(o.Threshold >= -1 && o.Threshold <= 1) {
		return nil, badOption("threshold", "want a number from -1 to 1")
	}
	var err error
	o.with, err = newAgainst(o.Field)
	return &o, err
}

func (o *embedding) bind(t Tools) (string, error) { return o.embedder.bind(t, "model", o.Model) }

// Score embeds the texts in one call.
func (o *embedding) Score(ctx context.Context, s *Sample) Outcome {
	wants, missing := o.with.of(s)
	if missing != "" {
		return unscored("%s", missing)
	}
	got, err := pick(s.Output, o.Path)
	if err != nil {
		return unreadable(err)
	}
	if got == "" {
		return unreadable(errEmpty)
	}
	bill := new(Bill)
	vectors, failed := o.embed(ctx, s, append([]string{got}, wants...), bill)
	if failed != nil {
		return *failed
	}
	best := -1.0
	for _, v := range vectors[1:] {
		cosine, ok := metric.Cosine(vectors[0], v)
		if !ok {
			return Outcome{Unscored: noCosine, Bill: bill}
		}
		best = max(best, cosine)
	}
	out := Outcome{Value: best, Pass: best >= o.Threshold, Bill: bill}
	if !out.Pass {
		out.Why = fmt.Sprintf("similarity %.3f to %s is below %g", best, quoteAny(wants), o.Threshold)
	}
	return out
}

const noCosine = "the embeddings are zeros or no numbers, which have no similarity"

// embedder asks an embedding model.
type embedder struct {
	tools Tools
	ref   string
}

func (e *embedder) bind(t Tools, option, model string) (string, error) {
	if t.Embed == nil {
		return "", diag.Errorf("it asks an embedding model, and there is none here")
	}
	if model == "" {
		return "", diag.Errorf("it names no embedding model").WithHint("for example %s: openai/text-embedding-3-small", option)
	}
	e.tools, e.ref = t, model
	if t.Embedder == nil {
		return "", nil
	}
	var err error
	e.ref, err = t.Embedder(model)
	return e.ref, err
}

func (e *embedder) embed(ctx context.Context, s *Sample, list []string, bill *Bill) ([][]float32, *Outcome) {
	ask := EmbedAsk{Model: e.ref, Texts: list, About: About{
		Case: s.ID, Metric: e.tools.metric, Step: "embed", Repeat: s.Repeat, Run: e.tools.Run, Answer: s.TraceID,
	}}
	got, err := e.tools.Embed(ctx, ask)
	if err == nil && len(got.Vectors) != len(list) {
		err = fmt.Errorf("%d vectors came for %d texts", len(got.Vectors), len(list))
	}
	if err != nil {
		out := unscored("the embedding model: %v", err)
		out.Err, out.Bill = err, bill
		return nil, &out
	}
	bill.call(got.Usage, got.Cost)
	return got.Vectors, nil
}

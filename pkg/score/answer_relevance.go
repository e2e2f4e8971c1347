package score

import (
	"context"
	"errors"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// answerRelevance tells whether the answer is one to the question: a judge writes questions that the answer would
// answer, and the value is the mean cosine of their embeddings with that of the question. An answer that
// commits itself to nothing has the value 0. Source: Es et al. 2023, «Ragas: Automated Evaluation of Retrieval
// Augmented Generation»; Ragas, «Response Relevancy».
type answerRelevance struct {
	asker
	threshold
	EmbeddingModel string `yaml:"embedding_model" json:"embedding_model"`
	Questions      int    `yaml:"questions" json:"questions"` // how many the judge writes; 3 unless given

	embedder embedder
}

func newAnswerRelevance(o answerRelevance) (Scorer, error) {
	o.usual = "judge-questions"
	if o.Questions < 1 || o.Questions > 20 {
		return nil, badOption("questions", "want a number from 1 to 20")
	}
	return &o, o.check()
}

func (o *answerRelevance) bind(t Tools) (string, error) {
	model, err := o.embedder.bind(t, "embedding_model", o.EmbeddingModel)
	if err != nil {
		return "", err
	}
	judge, err := o.asker.bind(t)
	return judge + " " + model, err
}

// Score asks the judge, then the embedding model.
func (o *answerRelevance) Score(ctx context.Context, s *Sample) Outcome {
	question := questionOf(s)
	if question == "" {
		return unscored("the case has no question")
	}
	bill := new(Bill)
	answer, failed := o.put(ctx, o.ask(s), bill)
	if failed != nil {
		return *failed
	}
	var v struct {
		Questions    []string `json:"questions"`
		Noncommittal *bool    `json:"noncommittal"`
	}
	if err := readVerdict(answer, &v); err != nil {
		return o.unread(err, bill)
	}
	switch {
	case v.Noncommittal == nil:
		return o.unread(errors.New("the verdict does not say whether the answer is noncommittal"), bill)
	case len(v.Questions) != o.Questions:
		return o.unread(fmt.Errorf("the judge wrote %d questions, not %d", len(v.Questions), o.Questions), bill)
	case *v.Noncommittal:
		return *o.billed(o.judged(0, "the answer commits itself to nothing"), bill)
	}
	vectors, failed := o.embedder.embed(ctx, s, append([]string{question}, v.Questions...), bill)
	if failed != nil {
		return *failed
	}
	sum := 0.0
	for _, w := range vectors[1:] {
		cosine, ok := metric.Cosine(vectors[0], w)
		if !ok {
			return Outcome{Unscored: noCosine, Bill: bill}
		}
		sum += cosine
	}
	why := "it answers questions like " + quote(oneLine(v.Questions[0]))
	return *o.billed(o.judged(sum/float64(o.Questions), why), bill)
}

func (o *answerRelevance) plan(s *Sample) []Ask { return []Ask{o.ask(s)} }

func (o *answerRelevance) ask(s *Sample) Ask {
	return o.question(s, "", material(s), map[string]any{"count": o.Questions})
}

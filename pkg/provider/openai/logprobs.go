package openai

import (
	"encoding/json"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// maxTopLogProbs is the most alternatives to a token that OpenAI gives.
const maxTopLogProbs = 20

// logProbs are kept as they come, token by token.
type logProbs struct {
	Content []json.RawMessage `json:"content,omitempty"`
	Refusal []json.RawMessage `json:"refusal,omitempty"`
}

func (l *logProbs) add(more *logProbs) {
	if more != nil {
		l.Content = append(l.Content, more.Content...)
		l.Refusal = append(l.Refusal, more.Refusal...)
	}
}

// tokens reads them; nil when one has another form than OpenAI's, since probabilities with a gap mislead.
func (l *logProbs) tokens() []llm.TokenProb {
	type token struct {
		Token   *string  `json:"token"`
		LogProb *float64 `json:"logprob"`
		Top     []struct {
			Token   string  `json:"token"`
			LogProb float64 `json:"logprob"`
		} `json:"top_logprobs"`
	}
	var out []llm.TokenProb
	for _, raw := range l.Content {
		var t token
		if json.Unmarshal(raw, &t) != nil || t.Token == nil || t.LogProb == nil {
			return nil
		}
		p := llm.TokenProb{Token: *t.Token, LogProb: *t.LogProb}
		for _, alternative := range t.Top {
			p.Top = append(p.Top, llm.TokenProb{Token: alternative.Token, LogProb: alternative.LogProb})
		}
		out = append(out, p)
	}
	return out
}

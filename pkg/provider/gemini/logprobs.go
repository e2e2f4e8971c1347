package gemini

import (
	"encoding/json"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// maxLogProbs is the most alternatives to a token that Gemini gives.
const maxLogProbs = 20

// logProbs reads a logprobsResult; nil when it has another form.
func logProbs(raw json.RawMessage) []llm.TokenProb {
	type token struct {
		Token   string  `json:"token"`
		LogProb float64 `json:"logProbability"`
	}
	var result struct {
		Chosen []token `json:"chosenCandidates"`
		Top    []struct {
			Candidates []token `json:"candidates"`
		} `json:"topCandidates"`
	}
	if json.Unmarshal(raw, &result) != nil {
		return nil
	}
	var out []llm.TokenProb
	for i, t := range result.Chosen {
		p := llm.TokenProb{Token: t.Token, LogProb: t.LogProb}
		if i < len(result.Top) {
			for _, alternative := range result.Top[i].Candidates {
				p.Top = append(p.Top, llm.TokenProb{Token: alternative.Token, LogProb: alternative.LogProb})
			}
		}
		out = append(out, p)
	}
	return out
}

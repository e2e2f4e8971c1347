package score

import "context"

// factualityMode compares the facts of the answer with the expected ones by the five choices of fact in
// OpenAI's evals, with the values that autoevals gives them. A superset passes, a subset does not.
func factualityMode() judgeMode {
	return judgeMode{
		prompt: "judge-factuality", threshold: 0.6, expected: true, questions: oneQuestion,
		score: func(ctx context.Context, o *judge, q []Ask, bill *Bill) Outcome {
			answer, failed := o.put(ctx, q[0], bill)
			if failed != nil {
				return *failed
			}
			verdict, err := readChoice(answer, "choice", []string{"A", "B", "C", "D", "E"})
			if err != nil {
				return unscored("%s", err.Error())
			}
			value, means := factValue(verdict.word)
			why := means
			if verdict.reason != "" {
				why += ": " + verdict.reason
			}
			out := o.pass.judged(value, why)
			out.Label = verdict.word
			return out
		},
	}
}

// factValue is what a choice is worth. Source: openai/evals, fact.yaml; braintrustdata/autoevals,
// templates/factuality.yaml.
func factValue(choice string) (value float64, means string) {
	switch choice {
	case "A":
		return 0.4, "a subset of the expected answer"
	case "B":
		return 0.6, "a superset of the expected answer"
	case "C":
		return 1, "the same details as the expected answer"
	case "D":
		return 0, "disagrees with the expected answer"
	}
	return 1, "differs in what does not matter"
}

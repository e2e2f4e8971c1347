package score

import "context"

// closedQAMode asks whether the answer meets a criterion, as closedqa of OpenAI's evals does.
func closedQAMode() judgeMode {
	return judgeMode{
		prompt: "judge-closed-qa", threshold: 1, criteria: true, questions: oneQuestion,
		score: func(ctx context.Context, o *judge, q []Ask, bill *Bill) Outcome {
			answer, failed := o.put(ctx, q[0], bill)
			if failed != nil {
				return *failed
			}
			verdict, err := readChoice(answer, "verdict", []string{"yes", "no"})
			if err != nil {
				return unscored("%s", err.Error())
			}
			out := Outcome{Pass: verdict.word == "yes", Why: verdict.reason, Label: verdict.word}
			if out.Pass {
				out.Value = 1
			}
			return out
		},
	}
}

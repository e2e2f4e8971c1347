package score

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// topGrades is how many log-probabilities are asked for.
const topGrades = 20

// gEvalMode grades by the expectation of the grade: the sum of each grade times its probability, over the
// tokens that could stand where the grade does. Where the provider gives no log-probabilities the grade itself counts, and the
// outcome says which it was.
// Source: Liu et al. 2023, «G-Eval: NLG Evaluation using GPT-4 with Better Human Alignment», section 2.
func gEvalMode() judgeMode {
	return judgeMode{
		prompt: "judge-g-eval", threshold: 0.75, criteria: true, scale: true,
		questions: func(o *judge, s *Sample, answer string) []Ask {
			q := o.ask(s, answer)
			q.LogProbs = topGrades
			return []Ask{q}
		},
		score: func(ctx context.Context, o *judge, q []Ask, bill *Bill) Outcome {
			answer, failed := o.put(ctx, q[0], bill)
			if failed != nil {
				return *failed
			}
			digits, at, err := gradeIn(answer)
			if err != nil {
				return unscored("%s", err.Error())
			}
			n, err := strconv.ParseFloat(digits, 64)
			if err != nil {
				return unscored("the verdict's score is not a number")
			}
			grade, err := o.onScale(n)
			if err != nil {
				return unscored("%s", err.Error())
			}
			mean, note := o.expectation(answer.LogProbs, digits, at)
			if note != "" {
				return o.graded(float64(grade), digits, fmt.Sprintf("the plain grade %d: %s", grade, note))
			}
			return o.graded(mean, digits, fmt.Sprintf("grade %d, %.3f weighted by log-probabilities", grade, mean))
		},
	}
}

// gradeIn finds the grade of a verdict that is a bare number or JSON with a score, and where it stands in the
// answer's text.
func gradeIn(r *llm.Response) (digits string, at int, err error) {
	if err := whole(r); err != nil {
		return "", 0, err
	}
	text := r.Text()
	bare := strings.TrimSpace(text)
	if _, err := strconv.Atoi(bare); err == nil {
		return bare, strings.Index(text, bare), nil
	}
	var fields map[string]json.RawMessage
	if err := readVerdict(r, &fields); err != nil {
		return "", 0, errors.New("the verdict is neither a whole number nor JSON with a score: " + quote(text))
	}
	if fields["score"] == nil {
		return "", 0, errors.New("the verdict has no score")
	}
	digits = string(fields["score"])
	key := strings.LastIndex(text, `"score"`) // the last of a key's values is the one that counts in JSON
	if key < 0 {                              // it is written with escapes: its place is not known
		return digits, -1, nil
	}
	return digits, key + strings.Index(text[key:], digits), nil
}

// maxGrade is the highest grade that is surely one token.
const maxGrade = 9

// expectation is the mean grade by the alternatives to the token at a place of the text; note says why there is none.
func (o *judge) expectation(tokens []llm.TokenProb, digits string, at int) (mean float64, note string) {
	switch {
	case len(tokens) == 0:
		return 0, "the provider gave no log-probabilities"
	case o.Max > maxGrade || o.Min < 0:
		return 0, "grades of more than one digit have no single probability"
	}
	offset := 0
	for _, t := range tokens {
		start := offset
		offset += len(t.Token)
		if start <= at && at < offset {
			if strings.TrimSpace(t.Token) != digits || len(t.Top) == 0 {
				break
			}
			return o.weigh(t.Top)
		}
	}
	return 0, "the log-probabilities do not fit the grade"
}

// weigh takes the alternatives that are grades, and lets their probabilities add up to 1.
func (o *judge) weigh(top []llm.TokenProb) (mean float64, note string) {
	sum, mass := 0.0, 0.0
	for _, t := range top {
		grade, err := strconv.Atoi(strings.TrimSpace(t.Token))
		if err != nil || grade < o.Min || grade > o.Max {
			continue
		}
		p := math.Exp(t.LogProb)
		sum += p * float64(grade)
		mass += p
	}
	if !(mass > 0 && mass < 1.5) { // a little over 1 by rounding; NaN is neither
		return 0, "the log-probabilities are no probabilities of grades"
	}
	return sum / mass, ""
}

package score

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// rubricMode grades by criteria on a scale of whole numbers. Four of five passes.
func rubricMode() judgeMode {
	return judgeMode{
		prompt: "judge-rubric", threshold: 0.75, criteria: true, scale: true, questions: oneQuestion,
		score: func(ctx context.Context, o *judge, q []Ask, bill *Bill) Outcome {
			answer, failed := o.put(ctx, q[0], bill)
			if failed != nil {
				return *failed
			}
			var fields map[string]any
			if err := readVerdict(answer, &fields); err != nil {
				return unscored("%s", err.Error())
			}
			grade, err := o.onScale(fields["score"])
			if err != nil {
				return unscored("%s", err.Error())
			}
			return o.graded(float64(grade), strconv.Itoa(grade), reason(fields))
		},
	}
}

// onScale reads a grade. One that is no whole number or not on the scale is no verdict.
func (o *judge) onScale(v any) (int, error) {
	x, ok := v.(float64)
	if !ok {
		if v == nil {
			return 0, errors.New("the verdict has no score")
		}
		b, _ := json.Marshal(v) // it was read from JSON
		return 0, errors.New("the verdict's score is " + quote(string(b)) + ", not a number")
	}
	if x != float64(int(x)) || int(x) < o.Min || int(x) > o.Max {
		return 0, fmt.Errorf("the verdict's score is %v, not a whole number from %d to %d", x, o.Min, o.Max)
	}
	return int(x), nil
}

// graded places a grade between min and max.
func (o *judge) graded(grade float64, label, why string) Outcome {
	out := o.pass.judged((grade-float64(o.Min))/float64(o.Max-o.Min), why)
	out.Label = label
	return out
}

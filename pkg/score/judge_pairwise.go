package score

import (
	"context"
	"strings"
)

// pairwiseMode compares the answer with another one twice, each once in front. Only a verdict that
// holds in both orders counts: 1 where the answer wins, 0 where the other does. All else is a tie, 0.5, and a verdict
// that changed with the order a position flip.
// Source: Zheng et al. 2023, «Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena», section 3.4.
func pairwiseMode() judgeMode {
	return judgeMode{
		prompt: "judge-pairwise", threshold: 0.5,
		questions: func(o *judge, s *Sample, answer string) []Ask {
			return []Ask{o.order(s, "first", answer, o.other(s)), o.order(s, "swapped", o.other(s), answer)}
		},
		score: func(ctx context.Context, o *judge, q []Ask, bill *Bill) Outcome {
			first, err := o.winner(ctx, q[0], bill, "A")
			if err != nil {
				return *err
			}
			swapped, err := o.winner(ctx, q[1], bill, "B")
			if err != nil {
				return *err
			}
			return o.pair(first, swapped)
		},
	}
}

// The verdicts of one order, seen from the answer.
const (
	wins  = "win"
	loses = "loss"
	ties  = "tie"
)

// winner asks in one order. ours is the letter that the answer has in it.
func (o *judge) winner(ctx context.Context, q Ask, bill *Bill, ours string) (choice, *Outcome) {
	answer, failed := o.put(ctx, q, bill)
	if failed != nil {
		return choice{}, failed
	}
	verdict, err := readChoice(answer, "winner", []string{"A", "B", "tie"})
	if err != nil {
		out := unscored("%s", err.Error())
		return choice{}, &out
	}
	switch verdict.word {
	case ours:
		verdict.word = wins
	case "tie":
		verdict.word = ties
	default:
		verdict.word = loses
	}
	return verdict, nil
}

func (o *judge) pair(first, swapped choice) Outcome {
	if first.word != swapped.word {
		out := o.pass.judged(0.5, "a "+first.word+" when it stands first, a "+swapped.word+" when it stands second")
		out.Label, out.Compared, out.Flipped = ties, true, true
		return out
	}
	value := map[string]float64{wins: 1, ties: 0.5, loses: 0}[first.word]
	out := o.pass.judged(value, strings.TrimSuffix(first.word+" in both orders: "+first.reason, ": "))
	out.Label, out.Compared = first.word, true
	return out
}

func (o *judge) order(s *Sample, step, first, second string) Ask {
	texts := material(s)
	texts["first"], texts["second"] = first, second
	delete(texts, "answer")
	values := map[string]any{}
	if o.Criteria != "" {
		values["criteria"] = o.Criteria
	}
	return o.question(s, step, texts, values)
}

// other is the answer to compare with, "" where the case has none.
func (o *judge) other(s *Sample) string {
	if o.Against != "" && o.Against != "expected" {
		if v, ok := s.Vars[o.Against]; ok {
			return valueText(v)
		}
		return ""
	}
	if len(s.Expected) == 0 {
		return ""
	}
	return s.Expected[0]
}

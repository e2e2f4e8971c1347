package score

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// exprEnv gives the variables of an expression. What is unknown is nil here, but an expression that names
// it is not run.
func exprEnv(s *Sample, m *meter) map[string]any {
	env := map[string]any{
		"id": s.ID, "input": s.Input, "output": s.Output, "vars": s.Vars, "context": s.Context, "expected": "",
		"all_expected": s.Expected, "intent": s.Intent, "tone": s.Tone, "metrics": values(s.Scores),
		"finish_reason": "", "model": "", "input_tokens": 0, "output_tokens": 0, "reasoning_tokens": 0, "total_tokens": 0,
		"latency_ms": ms(s.latency()), "ttft_ms": ms(s.ttft()), "cost": 0.0, "isNaN": math.IsNaN,
		stepName: m.step,
	}
	if s.Vars == nil {
		env["vars"] = map[string]any{}
	}
	if len(s.Expected) > 0 {
		env["expected"] = s.Expected[0]
	}
	if s.Cost != nil {
		env["cost"] = float64(*s.Cost) / float64(llm.Dollar)
	}
	if r := s.Response; r != nil {
		env["finish_reason"], env["model"] = string(r.FinishReason), r.Model
		if u := r.Usage; u != nil {
			env["input_tokens"], env["output_tokens"] = int(u.Input()), int(u.Output)
			env["reasoning_tokens"], env["total_tokens"] = int(u.Reasoning), int(u.Input()+u.Output)
		}
	}
	return env
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func values(scores map[string]Outcome) map[string]any {
	list := make(map[string]any, len(scores))
	for name, o := range scores {
		if o.Scored() {
			list[name] = o.Value
		}
	}
	return list
}

// stepName is the function that is put around the body of every loop.
const stepName = "__step"

// meter bounds the time and memory of a run: each turn of a loop costs one, and more where the texts that it
// may copy are long.
type meter struct {
	ctx  context.Context
	left int
	turn int
}

const exprBudget = 1_000_000

var errExprBudget = errors.New("it takes too many steps")

func newMeter(ctx context.Context, s *Sample) *meter {
	size := len(s.Output) + len(s.Input)
	for _, list := range [][]string{s.Expected, s.Context} {
		for _, text := range list {
			size += len(text)
		}
	}
	for _, v := range s.Vars {
		if text, ok := v.(string); ok {
			size += len(text)
		}
	}
	return &meter{ctx, exprBudget, 1 + size/64}
}

// step passes v on as long as there is budget.
func (m *meter) step(v any) (any, error) {
	if m.left -= m.turn; m.left < 0 {
		return nil, errExprBudget
	}
	return v, m.ctx.Err()
}

// maxMade bounds a text that an expression makes.
const maxMade = 4 << 20

var errMade = errors.New("the text it makes is too long")

// boundedReplace is expr's replace, of all occurrences, that makes no text past the bound.
func boundedReplace(params ...any) (any, error) {
	text, old, with, err := threeTexts(params)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(text, old); n*len(with)+len(text) > maxMade {
		return nil, errMade
	}
	return strings.ReplaceAll(text, old, with), nil
}

func threeTexts(params []any) (a, b, c string, err error) {
	list := make([]string, 3)
	if len(params) != 3 {
		return "", "", "", errors.New("replace takes a text, what to replace and with what")
	}
	for i, p := range params {
		s, ok := p.(string)
		if !ok {
			return "", "", "", errors.New("replace takes texts")
		}
		list[i] = s
	}
	return list[0], list[1], list[2], nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

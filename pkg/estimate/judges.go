package estimate

import (
	"cmp"
	"context"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// JudgesOf says how a suite's judges are asked.
type JudgesOf struct {
	Prompts eval.Prompts // nil: the prompts that come with the program
	Model   string       // of judges that name none; "" leaves it to the engine
	Answer  Band         // the length in tokens of the answers that are judged; zero means 0 to 512
}

// usualAnswer is the length of answers of which nothing is known.
func usualAnswer() Band { return Band{0, 256, 512} }

// Judges gives the calls that the judges of a suite make in one run, repeats included: each question is written as it
// would be, with an answer of the expected length in it. Embeddings are left out. A question that depends on an
// earlier verdict (faithfulness) is written as if that were of usual length.
func Judges(ctx context.Context, s *eval.Suite, o JudgesOf, emit Emit) error {
	tools := dryTools(o.Prompts)
	find := tools.Prompt
	tools.Prompt = func(ref, model string) (score.Judge, error) {
		j, err := find(ref, model)
		j.Model = cmp.Or(j.Model, o.Model)
		return j, err
	}
	if err := s.Bind(tools); err != nil {
		return err
	}
	length := cmp.Or(o.Answer, usualAnswer())
	answer := strings.TrimSpace(strings.Repeat("word ", int(min(length.Expected, 1<<20))))
	for c, err := range s.All() {
		if err != nil {
			return err
		}
		sample := c.Sample(answer, nil, nil)
		for _, m := range s.MetricsOf(c) {
			for _, ask := range m.Plan(sample) {
				call := engine.Call{Version: ask.Prompt, Vars: ask.Vars, Request: llm.Request{Model: ask.Model}}
				held := timesIn(ask.Vars, answer)
				err := emit(ctx, Call{
					Call: call, Judge: true, Times: int64(max(1, s.Repeat)),
					Less: held * (length.Expected - length.Low), More: held * (length.High - length.Expected),
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// timesIn counts the variables that hold a text.
func timesIn(vars map[string]any, text string) (n int64) {
	for _, v := range vars {
		if s, ok := v.(string); ok && strings.Contains(s, text) {
			n++
		}
	}
	return n
}

// HasJudges tells whether a run of the suite asks judges. Cases are read only where the suite's own scorers
// have none.
func HasJudges(s *eval.Suite) (bool, error) {
	for _, m := range s.Metrics {
		if m.Judged() {
			return true, nil
		}
	}
	for c, err := range s.All() {
		if err != nil {
			return false, err
		}
		for _, m := range c.Metrics {
			if m.Judged() {
				return true, nil
			}
		}
	}
	return false, nil
}

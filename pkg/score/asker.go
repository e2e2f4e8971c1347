package score

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// asker holds the options that scorers with a judge share. Prompt is a reference into the registry, or to a prompt
// that comes with the program (llmops/judge-rubric@^1).
type asker struct {
	Prompt string `yaml:"prompt" json:"prompt"` // "" means the one named for the scorer
	Model  string `yaml:"model" json:"model"`   // "" means the prompt's own, else the configuration's

	usual string // name of the prompt where the options give none
	tools Tools
	judge Judge
}

// bind finds the prompt. The hash of the prompt and the model are the judge's identity.
func (a *asker) bind(t Tools) (string, error) {
	if t.Judge == nil || t.Prompt == nil {
		return "", diag.Errorf("it asks a judge, and there is none here")
	}
	ref := a.Prompt
	if ref == "" {
		ref = a.usual
	}
	j, err := t.Prompt(ref, a.Model)
	if err != nil {
		return "", err
	}
	a.tools, a.judge = t, j
	return j.Prompt.SHA256 + " " + j.Model, nil
}

func (a *asker) asks() Judge { return a.judge }

// question makes the ask for a sample. texts are marked off for the judge; plain values, which the suite's
// author wrote, are not. A variable of the prompt that neither has is taken from the case's own.
func (a *asker) question(s *Sample, step string, texts map[string]string, values map[string]any) Ask {
	declared := map[string]string{}
	given := map[string]any{}
	for _, v := range a.judge.Prompt.Variables() {
		text, ours := texts[v.Name]
		value, set := values[v.Name]
		own, inCase := s.Vars[v.Name]
		switch {
		case ours:
			declared[v.Name] = text
		case set:
			given[v.Name] = value
		case inCase:
			declared[v.Name] = valueText(own)
		}
	}
	vars := blocks(declared)
	maps.Copy(vars, given)
	return Ask{Judge: a.judge, Vars: vars, About: a.about(s, step)}
}

func (a *asker) about(s *Sample, step string) About {
	return About{Case: s.ID, Metric: a.tools.metric, Step: step, Repeat: s.Repeat, Run: a.tools.Run, Answer: s.TraceID}
}

// put asks. Without an answer the outcome says why the sample is unscored.
func (a *asker) put(ctx context.Context, q Ask, bill *Bill) (*llm.Response, *Outcome) {
	for _, v := range q.Prompt.Variables() {
		if _, ok := q.Vars[v.Name]; v.Required && !ok {
			o := unscored("the judge's prompt wants %s, which the case does not have", v.Name)
			return nil, a.billed(o, bill)
		}
	}
	reply, err := a.tools.Judge(ctx, q)
	switch {
	case reply == nil:
	case reply.Response != nil && (err == nil || reply.Usage != nil || reply.Cost != nil):
		bill.call(reply.Usage, reply.Cost)
	case reply.Cost != nil: // of what failed before the judge was asked
		bill.call(nil, reply.Cost)
	}
	if err != nil {
		o := unscored("the judge: %v", err)
		o.Err = err
		return nil, a.billed(o, bill)
	}
	if reply == nil || reply.Response == nil {
		return nil, a.billed(unscored("the judge gave no answer"), bill)
	}
	in := reply.StandIn()
	if bill.stoodIn(in.AnsweredBy, 1); in.Static() {
		return nil, a.billed(unscored("the judge did not answer (static text)"), bill)
	}
	return reply.Response, nil
}

// billed puts the bill on an outcome.
func (a *asker) billed(o Outcome, bill *Bill) *Outcome {
	if bill.Calls > 0 {
		o.Bill = bill
	}
	return &o
}

// unread is the outcome of a verdict that cannot be read.
func (a *asker) unread(err error, bill *Bill) Outcome {
	return *a.billed(unscored("%s", err.Error()), bill)
}

// material is what judges are shown of a sample, where their prompts ask for it. An answer may be empty; what else is
// empty is not there.
func material(s *Sample) map[string]string {
	texts := map[string]string{
		"question": questionOf(s), "expected": strings.Join(s.Expected, "\nor\n"), "context": passages(s.Context),
	}
	maps.DeleteFunc(texts, func(_, text string) bool { return text == "" })
	texts["answer"] = s.Output
	return texts
}

// questionOf is what the answer answers: the input, the turns of a conversation, or the prompt's variables.
func questionOf(s *Sample) string {
	switch {
	case len(s.Messages) > 0:
		var turns []string
		if s.Input != "" {
			turns = append(turns, "user: "+s.Input)
		}
		for _, m := range s.Messages {
			turns = append(turns, string(m.Role)+": "+m.Text())
		}
		if len(turns) == 1 {
			return strings.TrimPrefix(turns[0], "user: ")
		}
		return strings.Join(turns, "\n")
	case s.Input != "":
		return s.Input
	case len(s.Vars) == 1:
		for _, v := range s.Vars {
			return valueText(v)
		}
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(s.Vars)) {
		lines = append(lines, name+": "+valueText(s.Vars[name]))
	}
	return strings.Join(lines, "\n")
}

func valueText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// passages joins the context of a case, numbered where there are several.
func passages(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return numbered(list)
}

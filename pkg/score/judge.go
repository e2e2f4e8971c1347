package score

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// judge asks a model about the answer. mode says what:
//
//	rubric      a grade from min to max by criteria; the value is the grade's place on that scale
//	closed_qa   whether the answer meets the criteria, yes or no
//	factuality  how its facts compare with the expected answer's
//	g_eval      a grade, weighted by the probabilities of grades where the provider gives them
//	pairwise    whether it is better than another answer, asked in both orders
//
// Whatever keeps a verdict from being read, a provider's failure included, leaves the sample unscored.
type judge struct {
	asker
	Mode      string   `yaml:"mode" json:"mode"`
	Criteria  string   `yaml:"criteria" json:"criteria"`
	Min       int      `yaml:"min" json:"min"`
	Max       int      `yaml:"max" json:"max"`
	Threshold *float64 `yaml:"threshold" json:"threshold"` // of the value, from 0 to 1; nil leaves it to the mode
	Against   string   `yaml:"against" json:"against"`     // pairwise: expected (the default), or the variable of the case that holds the other answer
	Path      string   `yaml:"path" json:"path"`           // a field of a JSON answer

	mode judgeMode
	pass threshold
}

// judgeMode is a way to judge.
type judgeMode struct {
	prompt    string  // that comes with the program
	threshold float64 // that passes unless the options say otherwise
	criteria  bool    // the options must have them
	scale     bool    // min and max count
	expected  bool    // the case must have an expected answer
	questions func(o *judge, s *Sample, answer string) []Ask
	score     func(ctx context.Context, o *judge, questions []Ask, bill *Bill) Outcome
}

func judgeModes() map[string]judgeMode {
	return map[string]judgeMode{
		"rubric":     rubricMode(),
		"closed_qa":  closedQAMode(),
		"factuality": factualityMode(),
		"g_eval":     gEvalMode(),
		"pairwise":   pairwiseMode(),
	}
}

func newJudge(o judge) (Scorer, error) {
	modes := judgeModes()
	var ok bool
	if o.mode, ok = modes[o.Mode]; !ok {
		return nil, badOption("mode", "want one of "+strings.Join(slices.Sorted(maps.Keys(modes)), ", "))
	}
	switch {
	case o.mode.criteria && strings.TrimSpace(o.Criteria) == "":
		return nil, badOption("criteria", "the mode "+o.Mode+" wants them: what a good answer is")
	case o.mode.scale && o.Min >= o.Max:
		return nil, badOption("max", "want a whole number above min")
	case o.Against != "" && o.Mode != "pairwise":
		return nil, badOption("against", "is for the mode pairwise")
	}
	o.usual = o.mode.prompt
	o.pass.Threshold = o.mode.threshold
	if o.Threshold != nil {
		o.pass.Threshold = *o.Threshold
	}
	return &o, o.pass.check()
}

// Score asks the judge.
func (o *judge) Score(ctx context.Context, s *Sample) Outcome {
	answer, err := pick(s.Output, o.Path)
	if err != nil {
		return unreadable(err)
	}
	if o.mode.expected && len(s.Expected) == 0 {
		return unscored("the case has no expected")
	}
	if o.Mode == "pairwise" && o.other(s) == "" {
		return unscored("the case has no other answer to compare with (against)")
	}
	bill := new(Bill)
	out := o.mode.score(ctx, o, o.mode.questions(o, s, answer), bill)
	return *o.billed(out, bill)
}

func (o *judge) plan(s *Sample) []Ask { return o.mode.questions(o, s, s.Output) }

// ask is the usual single question of a mode.
func (o *judge) ask(s *Sample, answer string) Ask {
	texts := material(s)
	texts["answer"] = answer
	return o.question(s, "", texts, map[string]any{"criteria": o.Criteria, "min": o.Min, "max": o.Max})
}

func oneQuestion(o *judge, s *Sample, answer string) []Ask { return []Ask{o.ask(s, answer)} }

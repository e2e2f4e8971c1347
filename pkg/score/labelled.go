package score

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// labelled compares the intent or tone of the answer with the case's expected_intent or expected_tone. by says how: label,
// the usual way with path, takes the answer, or that field of it, for the label itself; judge has a model
// choose one of labels, or without those between the expected one and "other".
type labelled struct {
	asker
	By     string `yaml:"by" json:"by"`
	Path   string `yaml:"path" json:"path"`
	Labels texts  `yaml:"labels" json:"labels"`

	kind string // intent or tone
}

// noneOfThem is the label that a judge can always choose. It is never the expected one.
const noneOfThem = "other"

func newLabelled(o labelled) (Scorer, error) {
	if o.By == "" {
		o.By = "judge"
		if o.Path != "" && o.Prompt == "" && o.Model == "" {
			o.By = "label"
		}
	}
	if o.By != "judge" && o.By != "label" {
		return nil, badOption("by", "want judge or label")
	}
	if o.By == "label" && (o.Prompt != "" || o.Model != "") {
		return nil, badOption("by", "a label is compared as it stands: prompt and model are for by: judge")
	}
	o.usual = "judge-" + o.kind
	if o.By == "label" {
		return &label{o}, nil
	}
	return &o, nil
}

// want is the label that the case expects.
func (o *labelled) want(s *Sample) string {
	if o.kind == "tone" {
		return s.Tone
	}
	return s.Intent
}

// applies tells whether the case expects one.
func (o *labelled) applies(s *Sample) bool { return o.want(s) != "" }

// menu is what the judge chooses from.
func (o *labelled) menu(s *Sample) []string {
	menu := slices.Clone(o.Labels)
	if !slices.Contains(menu, o.want(s)) {
		menu = append(menu, o.want(s))
	}
	if !slices.Contains(menu, noneOfThem) {
		menu = append(menu, noneOfThem)
	}
	return menu
}

// Score asks the judge for the label.
func (o *labelled) Score(ctx context.Context, s *Sample) Outcome {
	if !o.applies(s) {
		return Outcome{Skip: true}
	}
	answer, err := pick(s.Output, o.Path)
	if err != nil {
		return unreadable(err)
	}
	bill := new(Bill)
	said, failed := o.put(ctx, o.ask(s, answer), bill)
	if failed != nil {
		return *failed
	}
	verdict, err := readChoice(said, "label", o.menu(s))
	if err != nil {
		return o.unread(err, bill)
	}
	out := o.compare(s, verdict.word)
	if !out.Pass && verdict.reason != "" {
		out.Why += ": " + verdict.reason
	}
	return *o.billed(out, bill)
}

func (o *labelled) plan(s *Sample) []Ask { return []Ask{o.ask(s, s.Output)} }

func (o *labelled) ask(s *Sample, answer string) Ask {
	texts := material(s)
	texts["answer"] = answer
	return o.question(s, "", texts, map[string]any{"labels": "- " + strings.Join(o.menu(s), "\n- ")})
}

func (o *labelled) compare(s *Sample, got string) Outcome {
	want := o.want(s)
	out := passed(fold(plain(got)).equal(fold(plain(want))), "want the %s %s, got %s", o.kind, quote(want), quote(got))
	out.Label = got
	return out
}

// label is labelled without a judge.
type label struct{ o labelled }

// Score compares the label.
func (l *label) Score(_ context.Context, s *Sample) Outcome {
	if !l.o.applies(s) {
		return Outcome{Skip: true}
	}
	got, err := pick(s.Output, l.o.Path)
	if err != nil {
		return unreadable(err)
	}
	got = strings.Trim(strings.TrimSpace(got), `"'.`)
	if got == "" {
		return unreadable(errors.New("the answer is empty where the " + l.o.kind + " belongs"))
	}
	return l.o.compare(s, got)
}

func (l *label) applies(s *Sample) bool { return l.o.applies(s) }

package score

import (
	"context"
	"strings"
)

// contains passes an answer that holds its values: its own, or without them the case's must_contain.
// not_contains passes one that holds none of its own or of the case's must_not_contain. A case that
// asks for none is skipped.
type contains struct {
	Values        texts  `yaml:"values" json:"values"`
	Mode          string `yaml:"mode" json:"mode"` // all (the default) or any; not_contains with all passes unless all are there
	CaseSensitive bool   `yaml:"case_sensitive" json:"case_sensitive"`
	Path          string `yaml:"path" json:"path"` // a field of a JSON answer

	not    bool
	folded []folded // of Values
}

func newContains(o contains) (Scorer, error) { return o.build(false) }

func newNotContains(o contains) (Scorer, error) {
	if o.Mode == "" {
		o.Mode = "any"
	}
	return o.build(true)
}

func (o contains) build(not bool) (Scorer, error) {
	if o.Mode != "any" && o.Mode != "all" {
		return nil, badOption("mode", "want any or all")
	}
	for _, v := range o.Values {
		if v == "" {
			return nil, badOption("values", "an empty text is in every answer")
		}
		o.folded = append(o.folded, fold(v))
	}
	o.not = not
	return &o, nil
}

// Score looks for the values in the answer.
func (o *contains) Score(_ context.Context, s *Sample) Outcome {
	values, forms := o.values(s)
	if len(values) == 0 {
		return Outcome{Skip: true}
	}
	got, err := pick(s.Output, o.Path)
	if err != nil {
		return unreadable(err)
	}
	there, absent := o.search(got, values, forms)
	found := len(there) == len(values) || o.Mode == "any" && len(there) > 0
	if o.not {
		return passed(!found, "holds %s", strings.Join(quoted(there), ", "))
	}
	return passed(found, "lacks %s", strings.Join(quoted(absent), ", "))
}

func (o *contains) applies(s *Sample) bool {
	values, _ := o.values(s)
	return len(values) > 0
}

func (o *contains) values(s *Sample) ([]string, []folded) {
	if len(o.Values) > 0 {
		return o.Values, o.folded
	}
	values := s.MustContain
	if o.not {
		values = s.MustNotContain
	}
	forms := make([]folded, len(values))
	for i, v := range values {
		forms[i] = fold(v)
	}
	return values, forms
}

func (o *contains) search(text string, values []string, forms []folded) (there, absent []string) {
	whole := fold(text)
	for i, v := range values {
		hit := whole.contains(forms[i])
		if o.CaseSensitive {
			hit = strings.Contains(text, v)
		}
		if hit {
			there = append(there, v)
		} else {
			absent = append(absent, v)
		}
	}
	return there, absent
}

func quoted(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return out
}

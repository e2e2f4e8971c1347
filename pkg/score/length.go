package score

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// length passes an answer of at least min and at most max characters (code points), words or tokens.
type length struct {
	Min   *int   `yaml:"min" json:"min"`
	Max   *int   `yaml:"max" json:"max"`
	Unit  string `yaml:"unit" json:"unit"`
	Model string `yaml:"model" json:"model,omitempty"` // whose tokens; the one that answered unless given

	count func(model, text string) (int, error)
}

func newLength(o length) (Scorer, error) {
	if o.Unit != "characters" && o.Unit != "words" && o.Unit != "tokens" {
		return nil, badOption("unit", "want characters, words or tokens")
	}
	if o.Model != "" && o.Unit != "tokens" {
		return nil, badOption("model", "is an option of unit tokens")
	}
	if o.Min == nil && o.Max == nil {
		return nil, badOption("max", "a length needs min, max or both")
	}
	if o.Min != nil && o.Max != nil && *o.Min > *o.Max {
		return nil, badOption("min", "is above max")
	}
	return &o, nil
}

func (o *length) bind(t Tools) (identity string, err error) { //nolint:unparam // binder asks for an identity, and a length has none
	if o.Unit != "tokens" {
		return "", nil
	}
	if t.Count == nil {
		return "", diag.Errorf("length: tokens cannot be counted here")
	}
	o.count = t.Count
	return "", nil
}

// Score counts.
func (o *length) Score(_ context.Context, s *Sample) Outcome {
	n, err := o.measure(s)
	switch {
	case err != nil:
		return unscored("the tokens cannot be counted: %v", err)
	case o.Min != nil && n < *o.Min:
		return passed(false, "%d %s, want at least %d", n, o.Unit, *o.Min)
	case o.Max != nil && n > *o.Max:
		return passed(false, "%d %s, want at most %d", n, o.Unit, *o.Max)
	}
	return passed(true, "")
}

var errNoCounter = errors.New("no counter is bound")

func (o *length) measure(s *Sample) (int, error) {
	switch o.Unit {
	case "words":
		return len(strings.Fields(s.Output)), nil
	case "tokens":
		if o.count == nil {
			return 0, errNoCounter
		}
		model := o.Model
		if model == "" && s.Response != nil {
			model = s.Response.Model
		}
		return o.count(model, s.Output)
	}
	return utf8.RuneCountInString(s.Output), nil
}

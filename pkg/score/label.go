package score

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// oneLabel passes an answer that is the expected label: of an intent, a tone or any class. Case, white space
// and punctuation around and between the words do not count, so "Order_Status." is "order status". With
// labels the answer must be one of them. A label that has nothing else, + or -, is compared as it stands.
type oneLabel struct {
	Field  string `yaml:"field" json:"field"` // expected_intent (the default), expected_tone, expected
	Path   string `yaml:"path" json:"path"`   // a field of a JSON answer
	After  string `yaml:"after" json:"after"` // what stands before the label: "Intent:"
	Labels texts  `yaml:"labels" json:"labels"`

	with against
}

func newLabel(o oneLabel) (Scorer, error) {
	var err error
	if o.with, err = newAgainst(o.Field); err != nil {
		return nil, err
	}
	for _, l := range o.Labels {
		if words(l) == "" {
			return nil, badOption("labels", "a label has letters or digits")
		}
	}
	return &o, nil
}

// Score compares labels.
func (o *oneLabel) Score(_ context.Context, s *Sample) Outcome {
	got, wants, out := o.with.pair(s, o.Path)
	if out != nil {
		return *out
	}
	if o.After != "" {
		i := strings.LastIndex(got, o.After)
		if i < 0 {
			return Outcome{Why: "the answer has no " + quote(o.After), malformed: true}
		}
		got, _, _ = strings.Cut(strings.TrimSpace(got[i+len(o.After):]), "\n")
	}
	same := func(a string) bool {
		if words(a) == "" {
			return strings.TrimSpace(a) == strings.TrimSpace(got)
		}
		return fold(words(a)).equal(fold(words(got)))
	}
	if len(o.Labels) > 0 && !slices.ContainsFunc(o.Labels, same) {
		return Outcome{Why: quote(got) + " is none of the labels", malformed: true}
	}
	return passed(slices.ContainsFunc(wants, same), "want %s, got %s", quoteAny(wants), quote(got))
}

// words keeps letters, marks and digits, with single spaces where anything else stood.
func words(s string) string {
	return strings.Join(strings.FieldsFunc(norm.NFC.String(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	}), " ")
}

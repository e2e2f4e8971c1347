package score

import (
	"context"
	"maps"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// exact passes an answer that equals one of the expected ones. normalize is none (bytes equal, the
// default), plain (Unicode NFC, trimmed, single spaces, case ignored), squad, or sets (Inspect's sets of words).
// With none, ignore and ignore_patterns say what does not count, as Hugging Face's exact_match has it.
type exact struct {
	Normalize string `yaml:"normalize" json:"normalize"`
	Ignore    texts  `yaml:"ignore" json:"ignore,omitempty"` // case, punctuation, digits
	Patterns  texts  `yaml:"ignore_patterns" json:"ignore_patterns,omitempty"`
	Field     string `yaml:"field" json:"field"` // expected (the default), expected_intent, expected_tone
	Path      string `yaml:"path" json:"path"`   // a field of a JSON answer

	with  against
	equal func(a, b string) bool
}

func newExact(o exact) (Scorer, error) {
	var err error
	if o.with, err = newAgainst(o.Field); err != nil {
		return nil, err
	}
	switch o.Normalize {
	case "", "none":
		o.equal, err = o.ignoring()
		return &o, err
	case "plain":
		o.equal = func(a, b string) bool { return fold(plain(a)).equal(fold(plain(b))) }
	case "squad":
		o.equal = func(a, b string) bool { return metric.NormalizeSQuAD(a) == metric.NormalizeSQuAD(b) }
	case "sets":
		o.equal = func(a, b string) bool { return maps.Equal(metric.WordSet(a), metric.WordSet(b)) }
	default:
		return nil, badOption("normalize", "want none, plain, squad or sets")
	}
	if o.Ignore != nil || o.Patterns != nil {
		return nil, badOption("normalize", o.Normalize+" says what does not count; leave out ignore and ignore_patterns")
	}
	return &o, nil
}

// ignoring compares without what the options ignore, which is nothing by default.
func (o *exact) ignoring() (func(a, b string) bool, error) {
	var without metric.Ignore
	for _, what := range o.Ignore {
		switch what {
		case "case":
			without.Case = true
		case "punctuation":
			without.Punctuation = true
		case "digits":
			without.Digits = true
		default:
			return nil, badOption("ignore", "want case, punctuation or digits")
		}
	}
	for _, p := range o.Patterns {
		re, err := regexp.Compile(p)
		if err != nil {
			return nil, &optionError{key: "ignore_patterns", err: err}
		}
		without.Patterns = append(without.Patterns, re)
	}
	return without.Equal, nil
}

// Score compares the answer with each expected one.
func (o *exact) Score(_ context.Context, s *Sample) Outcome {
	wants, missing := o.with.of(s)
	if missing != "" {
		return unscored("%s", missing)
	}
	got, err := pick(s.Output, o.Path)
	if err != nil {
		return unreadable(err)
	}
	for _, want := range wants {
		if o.equal(got, want) {
			return passed(true, "")
		}
	}
	return passed(false, "want %s, got %s", quoteAny(wants), quote(got))
}

func plain(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }

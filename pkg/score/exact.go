package score

import (
	"context"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// exact passes an answer that equals one of the expected ones. normalize is none (bytes equal, the
// default), plain (Unicode NFC, trimmed, single spaces, case ignored) or squad.
type exact struct {
	Normalize string `yaml:"normalize" json:"normalize"`
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
		o.equal = func(a, b string) bool { return a == b }
	case "plain":
		o.equal = func(a, b string) bool { return fold(plain(a)).equal(fold(plain(b))) }
	case "squad":
		o.equal = func(a, b string) bool { return metric.NormalizeSQuAD(a) == metric.NormalizeSQuAD(b) }
	default:
		return nil, badOption("normalize", "want none, plain or squad")
	}
	return &o, nil
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

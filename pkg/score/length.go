package score

import (
	"context"
	"strings"
	"unicode/utf8"
)

// length passes an answer of at least min and at most max characters (code points) or words.
type length struct {
	Min  *int   `yaml:"min" json:"min"`
	Max  *int   `yaml:"max" json:"max"`
	Unit string `yaml:"unit" json:"unit"`
}

func newLength(o length) (Scorer, error) {
	if o.Unit != "characters" && o.Unit != "words" {
		return nil, badOption("unit", "want characters or words")
	}
	if o.Min == nil && o.Max == nil {
		return nil, badOption("max", "a length needs min, max or both")
	}
	if o.Min != nil && o.Max != nil && *o.Min > *o.Max {
		return nil, badOption("min", "is above max")
	}
	return &o, nil
}

// Score counts.
func (o *length) Score(_ context.Context, s *Sample) Outcome {
	n := utf8.RuneCountInString(s.Output)
	if o.Unit == "words" {
		n = len(strings.Fields(s.Output))
	}
	switch {
	case o.Min != nil && n < *o.Min:
		return passed(false, "%d %s, want at least %d", n, o.Unit, *o.Min)
	case o.Max != nil && n > *o.Max:
		return passed(false, "%d %s, want at most %d", n, o.Unit, *o.Max)
	}
	return passed(true, "")
}

package score

import (
	"context"
	"strings"
)

// startsWith passes an answer that begins with one of its values, or without them with one of the
// expected ones. Leading white space does not count.
type startsWith struct {
	Values        texts `yaml:"values" json:"values"`
	CaseSensitive bool  `yaml:"case_sensitive" json:"case_sensitive"`
}

func newStartsWith(o startsWith) (Scorer, error) { return &o, nil }

// Score compares the beginning of the answer.
func (o *startsWith) Score(_ context.Context, s *Sample) Outcome {
	values := []string(o.Values)
	if len(values) == 0 {
		var missing string
		if values, missing = (against{}).of(s); missing != "" {
			return unscored("%s", missing)
		}
	}
	got := strings.TrimSpace(s.Output)
	form := fold(got)
	for _, v := range values {
		if strings.HasPrefix(got, v) || !o.CaseSensitive && form.hasPrefix(fold(v)) {
			return passed(true, "")
		}
	}
	return passed(false, "want it to start with %s, got %s", quoteAny(values), quote(got))
}

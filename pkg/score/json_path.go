package score

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/metric"
	"github.com/llmops-toolkit/llmops/pkg/score/internal/jsonpath"
)

// jsonPath looks at what an RFC 9535 path finds in a JSON answer. It passes where one of the values equals
// the option equals, or matches the pattern of matches, or with exists where there is one (exists: false:
// where there is none). With none of the options one of them must equal an expected answer.
type jsonPath struct {
	Path    string     `yaml:"path" json:"path"`
	Equals  jsonOption `yaml:"equals" json:"equals"`
	Matches string     `yaml:"matches" json:"matches"` // RE2, on the text of a string and the JSON of other values
	Exists  *bool      `yaml:"exists" json:"exists"`
	All     bool       `yaml:"all" json:"all"` // every value that is found must pass, and there must be one
	Field   string     `yaml:"field" json:"field"`

	path *jsonpath.Path
	re   *regexp.Regexp
	with against
}

func newJSONPath(o jsonPath) (Scorer, error) {
	if o.Path == "" {
		return nil, badOption("path", "is missing")
	}
	var err error
	if o.path, err = jsonpath.Parse(o.Path); err != nil {
		return nil, badOptionHint("path", err.Error(), "for example $.items[0].name, or $..id")
	}
	if o.Matches != "" {
		if o.re, err = regexp.Compile(o.Matches); err != nil {
			return nil, badOption("matches", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
	}
	if given := []bool{o.Equals.given(), o.re != nil, o.Exists != nil}; count(given) > 1 {
		return nil, badOption("path", "want one of equals, matches and exists")
	}
	o.with, err = newAgainst(o.Field)
	return &o, err
}

// Score follows the path.
func (o *jsonPath) Score(_ context.Context, s *Sample) Outcome {
	fits, want, missing := o.test(s)
	if missing != "" {
		return unscored("%s", missing)
	}
	value, err := metric.ReadJSON(unfence(s.Output))
	if err != nil {
		return unreadable(errors.New("the answer is not JSON"))
	}
	found, err := o.path.Find(value)
	if err != nil {
		return unscored("%v", err)
	}
	if o.Exists != nil {
		return passed(*o.Exists == (len(found) > 0), "%s finds %d values, want %s", o.Path, len(found), want)
	}
	if len(found) == 0 {
		return unreadable(errors.New(o.Path + " finds nothing in the answer"))
	}
	hits := 0
	for _, v := range found {
		if fits(v) {
			hits++
		}
	}
	return passed(hits == len(found) || hits > 0 && !o.All, "%s is %s, want %s", o.Path, quoteAny(jsonTexts(found)), want)
}

// test gives what a found value must hold to.
func (o *jsonPath) test(s *Sample) (fits func(any) bool, want, missing string) {
	switch {
	case o.Exists != nil:
		return nil, map[bool]string{true: "one or more", false: "none"}[*o.Exists], ""
	case o.Equals.given():
		return func(v any) bool { return metric.EqualJSON(v, o.Equals.value) }, quote(string(o.Equals.raw)), ""
	case o.re != nil:
		return func(v any) bool { return o.re.MatchString(jsonText(v)) }, "a match of " + quote(o.Matches), ""
	}
	wants, missing := o.with.of(s)
	return func(v any) bool { return equalsText(v, wants) }, quoteAny(wants), missing
}

// equalsText compares a JSON value with expected answers: a string as it is, others as JSON.
func equalsText(v any, wants []string) bool {
	for _, want := range wants {
		if text, ok := v.(string); ok && text == want {
			return true
		}
		if w, err := metric.ReadJSON(want); err == nil && metric.EqualJSON(v, w) {
			return true
		}
	}
	return false
}

func jsonTexts(values []any) []string {
	list := make([]string, len(values))
	for i, v := range values {
		if b, err := json.Marshal(v); err == nil {
			list[i] = string(b)
		}
	}
	return list
}

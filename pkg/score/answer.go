package score

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// errNoField tells that an answer has no such part; the scorer makes a fail of it.
var errNoField = errors.New("no such field in the answer")

// errEmpty tells that there is no text to look at.
var errEmpty = errors.New("the answer is empty")

// pick gives the part of the answer that a scorer looks at: all of it, or with a path such as
// "intent" or "items.0.name" that value of the JSON object it holds.
func pick(output, path string) (string, error) {
	if path == "" {
		return output, nil
	}
	v, err := metric.ReadJSON(unfence(output))
	if err != nil {
		return "", errors.New("the answer is not JSON")
	}
	for _, step := range strings.Split(path, ".") {
		switch node := v.(type) {
		case map[string]any:
			child, ok := node[step]
			if !ok {
				return "", errNoField
			}
			v = child
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(node) {
				return "", errNoField
			}
			v = node[i]
		default:
			return "", errNoField
		}
	}
	return jsonText(v), nil
}

// jsonText is a string's own text, and the JSON of anything else.
func jsonText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v) // it was read from JSON
	return string(b)
}

// unfence takes the text out of a Markdown code fence, which models like to put around JSON.
func unfence(s string) string {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "```") || !strings.HasSuffix(s, "```") || len(s) < 6 {
		return s
	}
	_, body, ok := strings.Cut(s[3:len(s)-3], "\n")
	if !ok {
		return s
	}
	return strings.TrimSpace(body)
}

// against is what an answer is compared with. It is part of the options of several scorers.
type against struct {
	field string
}

// fields of a case that a scorer can compare with.
func (a against) of(s *Sample) (texts []string, missing string) {
	switch a.field {
	case "expected_intent":
		texts = nonEmpty(s.Intent)
	case "expected_tone":
		texts = nonEmpty(s.Tone)
	default:
		texts = s.Expected
	}
	if len(texts) == 0 {
		name := a.field
		if name == "" {
			name = "expected"
		}
		return nil, "the case has no " + name
	}
	return texts, ""
}

// pair gives the part of the answer that is compared and what it is compared with, or the outcome where
// one of them is missing.
func (a against) pair(s *Sample, path string) (got string, wants []string, out *Outcome) {
	wants, missing := a.of(s)
	if missing != "" {
		o := unscored("%s", missing)
		return "", nil, &o
	}
	got, err := pick(s.Output, path)
	if err != nil {
		o := unreadable(err)
		return "", nil, &o
	}
	return got, wants, nil
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// newAgainst checks a field option.
func newAgainst(field string) (against, error) {
	switch field {
	case "", "expected", "expected_intent", "expected_tone":
		return against{field}, nil
	}
	return against{}, badOption("field", "want expected, expected_intent or expected_tone")
}

package score

import (
	"context"
	"encoding/json"
)

// jsonValid passes an answer that is one JSON object or array (any: true takes a lone number, text,
// true, false or null too). fence: true looks inside a Markdown code fence.
type jsonValid struct {
	Any   bool `yaml:"any" json:"any"`
	Fence bool `yaml:"fence" json:"fence"`
}

func newJSONValid(o jsonValid) (Scorer, error) { return &o, nil }

// Score parses the answer.
func (o *jsonValid) Score(_ context.Context, s *Sample) Outcome {
	text := s.Output
	if o.Fence {
		text = unfence(text)
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return passed(false, "%v", err)
	}
	switch v.(type) {
	case map[string]any, []any:
		return passed(true, "")
	}
	return passed(o.Any, "JSON, but neither an object nor an array")
}

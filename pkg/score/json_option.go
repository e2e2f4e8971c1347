package score

import (
	"encoding/json"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// jsonOption is an option that takes any value that JSON can hold. The zero value is one that is not given.
type jsonOption struct {
	raw   json.RawMessage // nil means not given
	value any             // as metric.ReadJSON gives it
}

// UnmarshalYAML reads any YAML value.
func (j *jsonOption) UnmarshalYAML(node *yaml.Node) error {
	var v any
	if err := node.Decode(&v); err != nil {
		return at(node, "%v", err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return at(node, "want a value that JSON can hold: %v", err)
	}
	j.raw = raw
	j.value, err = metric.ReadJSON(string(raw))
	return err
}

// MarshalJSON writes the value for the metric's hash, null where it is not given.
func (j jsonOption) MarshalJSON() ([]byte, error) {
	if j.raw == nil {
		return []byte("null"), nil
	}
	return j.raw, nil
}

func (j jsonOption) given() bool { return j.raw != nil }

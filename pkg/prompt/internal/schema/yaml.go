package schema

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// FromYAML turns a schema in YAML into a JSON Schema document. Errors are *diag.Error with the line and
// column of the YAML document and no file.
func FromYAML(n *yaml.Node) (json.RawMessage, error) {
	var w writer
	if isJSONSchema(n) {
		if err := w.value(n, 0); err != nil {
			return nil, err
		}
		return w.b, nil
	}
	err := w.pico(n, "", false, 0)
	return w.b, err
}

// isJSONSchema decides as dotprompt does, with one more look: a Picoschema may well have a variable
// called "type", which is why a scalar type alone is taken for a schema only among schema keywords.
func isJSONSchema(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode {
		return false
	}
	if p := field(n, "properties"); p != nil && p.Kind == yaml.MappingNode {
		return true
	}
	for _, key := range []string{"$schema", "$ref", "anyOf", "oneOf", "allOf"} {
		if field(n, key) != nil {
			return true
		}
	}
	t := field(n, "type")
	if t == nil || t.Kind != yaml.ScalarNode || !slices.Contains(typeNames, t.Value) {
		return false
	}
	if t.Value == "object" || t.Value == "array" {
		return true
	}
	for i := 0; i < len(n.Content); i += 2 {
		if !slices.Contains([]string{
			"type", "description", "enum", "const", "title", "format", "pattern", "minimum", "maximum",
			"minLength", "maxLength", "default", "examples",
		}, n.Content[i].Value) {
			return false
		}
	}
	return len(n.Content) > 2
}

func field(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// writer builds JSON text in the order of the YAML document.
type writer struct{ b []byte }

func (w *writer) raw(s string) { w.b = append(w.b, s...) }

func (w *writer) text(s string) {
	b, _ := json.Marshal(s) // a string cannot fail
	w.b = append(w.b, b...)
}

func at(n *yaml.Node, format string, args ...any) *diag.Error {
	return diag.At("", n.Line, n.Column, format, args...)
}

// value writes any YAML value as JSON.
func (w *writer) value(n *yaml.Node, depth int) error {
	if depth > maxDepth {
		return at(n, "nested deeper than %d", maxDepth)
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return w.scalar(n)
	case yaml.SequenceNode:
		w.raw("[")
		for i, item := range n.Content {
			if i > 0 {
				w.raw(",")
			}
			if err := w.value(item, depth+1); err != nil {
				return err
			}
		}
		w.raw("]")
		return nil
	case yaml.MappingNode:
		w.raw("{")
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				w.raw(",")
			}
			w.text(n.Content[i].Value)
			w.raw(":")
			if err := w.value(n.Content[i+1], depth+1); err != nil {
				return err
			}
		}
		w.raw("}")
		return nil
	}
	return at(n, "anchors and aliases are not allowed here")
}

func (w *writer) scalar(n *yaml.Node) error {
	v, err := Scalar(n)
	if err != nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return at(n, "value has no form in JSON")
	}
	w.b = append(w.b, b...)
	return nil
}

// Scalar gives a YAML scalar as JSON has it: nil, bool, int64, float64 or string. A date is a string.
func Scalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), nil
	case "!!int":
		if i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 0, 64); err == nil {
			return i, nil
		}
		fallthrough
	case "!!float":
		var f float64
		if err := n.Decode(&f); err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return nil, at(n, "number has no form in JSON")
		}
		return f, nil
	case "!!str", "!!timestamp":
		return n.Value, nil
	}
	return nil, at(n, "tag %s is not allowed here", n.ShortTag())
}

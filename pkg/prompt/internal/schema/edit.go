package schema

import (
	"encoding/json"
	"slices"
)

// Edit changes the properties of an object schema.
type Edit struct {
	Add    []NewProperty
	Remove []string
}

// NewProperty is a property of one of Picoschema's scalar types.
type NewProperty struct {
	Name     string
	Type     string // "any" for no restriction
	Required bool
}

// Apply makes the changes to a document; nil stands for an object without properties, and is given back
// when nothing changes.
func (e Edit) Apply(doc json.RawMessage) (json.RawMessage, error) {
	if len(e.Add) == 0 && len(e.Remove) == 0 {
		return doc, nil
	}
	var top map[string]json.RawMessage
	if doc == nil {
		doc = json.RawMessage(`{"type":"object","properties":{},"additionalProperties":false}`)
	}
	if err := json.Unmarshal(doc, &top); err != nil {
		return nil, err
	}
	var props map[string]json.RawMessage
	var required []string
	_ = json.Unmarshal(top["properties"], &props) // absent is none
	_ = json.Unmarshal(top["required"], &required)
	if props == nil {
		props = map[string]json.RawMessage{}
	}
	for _, name := range e.Remove {
		delete(props, name)
		required = slices.DeleteFunc(required, func(s string) bool { return s == name })
	}
	for _, p := range e.Add {
		props[p.Name] = json.RawMessage(`{}`)
		switch {
		case p.Type == "any":
		case p.Required:
			props[p.Name] = json.RawMessage(`{"type":"` + p.Type + `"}`)
		default:
			props[p.Name] = json.RawMessage(`{"type":["` + p.Type + `","null"]}`)
		}
		if p.Required {
			required = append(required, p.Name)
		}
	}
	return e.put(top, props, required)
}

// put writes the object in the order in which Picoschema writes one, so that it can be written as one.
func (e Edit) put(top, props map[string]json.RawMessage, required []string) (json.RawMessage, error) {
	p, err := json.Marshal(props)
	if err != nil {
		return nil, err
	}
	out := []byte(`{"type":"object"`)
	for _, key := range sortedRest(top) {
		k, _ := json.Marshal(key)
		out = append(append(append(append(out, ','), k...), ':'), top[key]...)
	}
	out = append(append(out, `,"properties":`...), p...)
	if len(required) > 0 {
		slices.SortFunc(required, func(a, b string) int {
			return slices.Index(sortedNames(props), a) - slices.Index(sortedNames(props), b)
		})
		r, _ := json.Marshal(required)
		out = append(append(out, `,"required":`...), r...)
	}
	if a := top["additionalProperties"]; a != nil {
		out = append(append(out, `,"additionalProperties":`...), a...)
	}
	return append(out, '}'), nil
}

func sortedNames(m map[string]json.RawMessage) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func sortedRest(top map[string]json.RawMessage) []string {
	return slices.DeleteFunc(sortedNames(top), func(key string) bool {
		return slices.Contains([]string{"type", "properties", "required", "additionalProperties"}, key)
	})
}

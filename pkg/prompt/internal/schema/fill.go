package schema

import (
	"fmt"
	"slices"
	"strings"
)

var typeNames = []string{"string", "number", "integer", "boolean", "object", "array", "null"}

// fill takes the keywords of one schema object. What is written wrongly is an error: a misspelt type
// would otherwise allow everything.
func (p *parser) fill(s *Schema, m map[string]any, depth int) (err error) {
	s.Description, _ = m["description"].(string)
	if s.Types, err = types(m["type"]); err != nil {
		return err
	}
	if s.Required, err = texts("required", m["required"]); err != nil {
		return err
	}
	if v, ok := m["enum"]; ok {
		if s.Enum, ok = v.([]any); !ok || len(s.Enum) == 0 {
			return fmt.Errorf("enum is a list with at least one value")
		}
	}
	if v, ok := m["const"]; ok {
		s.Enum = []any{v}
	}
	for key, to := range map[string]**float64{
		"minimum": &s.min, "maximum": &s.max, "exclusiveMinimum": &s.exclusiveMin,
		"exclusiveMaximum": &s.exclusiveMax, "minLength": &s.minLength, "maxLength": &s.maxLength, "minItems": &s.minItems, "maxItems": &s.maxItems,
	} {
		if v, ok := m[key]; ok {
			f, ok := v.(float64)
			if !ok {
				return fmt.Errorf("%s is a number", key)
			}
			*to = &f
		}
	}
	return p.nested(s, m, depth)
}

// nested takes the keywords that hold schemas.
func (p *parser) nested(s *Schema, m map[string]any, depth int) (err error) {
	if v, ok := m["properties"]; ok {
		props, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("properties is an object")
		}
		s.Props = make(map[string]*Schema, len(props))
		for name, v := range props {
			if s.Props[name], err = p.schema(v, depth+1); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	switch v := m["additionalProperties"].(type) {
	case nil:
	case bool:
		s.Closed = !v
	default:
		if s.Additional, err = p.schema(v, depth+1); err != nil {
			return err
		}
	}
	if v, ok := m["items"]; ok {
		if s.Items, err = p.schema(v, depth+1); err != nil {
			return fmt.Errorf("items: %w", err)
		}
	}
	for key, to := range map[string]*[]*Schema{"anyOf": &s.AnyOf, "oneOf": &s.OneOf, "allOf": &s.AllOf} {
		if *to, err = p.list(key, m[key], depth); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) list(key string, v any, depth int) ([]*Schema, error) {
	if v == nil {
		return nil, nil
	}
	items, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s is a list of schemas", key)
	}
	var out []*Schema
	for _, item := range items {
		s, err := p.schema(item, depth+1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func types(v any) ([]string, error) {
	var names []string
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		names = []string{v}
	default:
		var err error
		if names, err = texts("type", v); err != nil {
			return nil, err
		}
	}
	for _, n := range names {
		if !slices.Contains(typeNames, n) {
			return nil, fmt.Errorf("unknown type %.40q, known are %s", n, strings.Join(typeNames, ", "))
		}
	}
	return names, nil
}

func texts(key string, v any) ([]string, error) {
	if v == nil {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s is a list of names", key)
	}
	var out []string
	for _, item := range list {
		s, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("%s is a list of names", key)
		}
		out = append(out, s)
	}
	return out, nil
}

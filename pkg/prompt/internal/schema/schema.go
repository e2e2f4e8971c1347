// Package schema reads the schemas of a prompt's variables and answers: Picoschema, as dotprompt defines
// it, or JSON Schema, both written in YAML. Either becomes one JSON Schema document, in the order in
// which it was written, since models answer in the order of the schema.
//
//	doc, err := schema.FromYAML(node)     // a JSON Schema as JSON
//	s, err := schema.Parse(doc)           // the part of it that is understood here
//	problems := s.Check(value)
//
// Parse understands what describes the shape of prompt variables: type, properties, required,
// additionalProperties, items, enum, const, the bounds on numbers, lengths and sizes, anyOf, oneOf, allOf
// and references within the document. Other keywords are kept in the document and not checked. The
// package of a whole validator costs 5 ms at every start of the program, which is why this one is small.
package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Schema is a parsed JSON Schema. The zero value allows everything.
type Schema struct {
	Types       []string // empty means any
	Description string
	Props       map[string]*Schema
	Required    []string
	Closed      bool    // additionalProperties: false
	Additional  *Schema // what other properties must fit; nil means anything unless Closed
	Items       *Schema
	Enum        []any // nil means no restriction

	min, max, exclusiveMin, exclusiveMax     *float64
	minLength, maxLength, minItems, maxItems *float64
	AnyOf, OneOf, AllOf                      []*Schema
	never                                    bool // the schema "false"
}

// Parse reads a JSON Schema document.
func Parse(doc json.RawMessage) (*Schema, error) {
	var root any
	if err := json.Unmarshal(doc, &root); err != nil {
		return nil, err
	}
	p := parser{root: root, refs: map[string]*Schema{}}
	return p.schema(root, 0)
}

// Names lists the properties, sorted.
func (s *Schema) Names() []string { return slices.Sorted(maps.Keys(s.Props)) }

// IsRequired tells whether an object must have the property.
func (s *Schema) IsRequired(name string) bool { return slices.Contains(s.Required, name) }

// TypeName words the type for people: "string", "list of integer", "string or null", "one of a, b".
func (s *Schema) TypeName() string {
	switch {
	case s == nil:
		return "any"
	case s.Enum != nil:
		return "enum"
	case len(s.Types) == 0:
		return "any"
	}
	types := slices.Clone(s.Types)
	if i := slices.Index(types, "array"); i >= 0 && s.Items != nil {
		types[i] = "list of " + s.Items.TypeName()
	}
	return strings.Join(types, " or ")
}

// NonNull gives the types without "null", which is how Picoschema marks an optional property.
func (s *Schema) NonNull() []string {
	return slices.DeleteFunc(slices.Clone(s.Types), func(t string) bool { return t == "null" })
}

// Open tells whether an object may have properties that the schema does not name.
func (s *Schema) Open() bool {
	if len(s.AnyOf)+len(s.OneOf)+len(s.AllOf) > 0 {
		return true
	}
	if len(s.Types) > 0 && !slices.Contains(s.Types, "object") {
		return false
	}
	return !s.Closed
}

const maxDepth = 100

type parser struct {
	root any
	refs map[string]*Schema // references that were followed, so that a cycle ends
}

func (p *parser) schema(v any, depth int) (*Schema, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("schema is nested deeper than %d", maxDepth)
	}
	switch v := v.(type) {
	case bool:
		return &Schema{never: !v}, nil
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			return p.ref(ref, depth)
		}
		s := &Schema{}
		return s, p.fill(s, v, depth)
	}
	return nil, fmt.Errorf("a schema is an object, true or false")
}

// ref follows a reference within the document; others are refused, nothing is fetched.
func (p *parser) ref(ref string, depth int) (*Schema, error) {
	if s := p.refs[ref]; s != nil {
		return s, nil
	}
	path, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, fmt.Errorf("$ref %.80q leads out of the document", ref)
	}
	v := p.root
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if part == "" {
			continue
		}
		m, _ := v.(map[string]any)
		if v, ok = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]; !ok {
			return nil, fmt.Errorf("$ref %.80q leads nowhere", ref)
		}
	}
	m, isMap := v.(map[string]any)
	if !isMap {
		return p.schema(v, depth+1)
	}
	if next, ok := m["$ref"].(string); ok && next == ref {
		return nil, fmt.Errorf("$ref %.80q refers to itself", ref)
	}
	if _, ok := m["$ref"]; ok {
		return p.schema(v, depth+1)
	}
	s := &Schema{}
	p.refs[ref] = s
	return s, p.fill(s, m, depth+1)
}

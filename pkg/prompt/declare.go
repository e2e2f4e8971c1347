package prompt

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// Variable is a declared variable of a prompt.
type Variable struct {
	Name        string
	Type        string // "string", "list of integer", "enum", "any"
	Required    bool   // must be given: it is not optional and has no default
	Default     any    // nil when there is none
	Description string
	Enum        []any // the allowed values; nil means any
}

// Variables lists the declared variables by name.
func (f *File) Variables() []Variable {
	var out []Variable
	for _, name := range f.input.Names() {
		s := f.input.Props[name]
		plain := *s
		plain.Types = s.NonNull()
		out = append(out, Variable{
			Name: name, Type: plain.TypeName(), Required: f.input.IsRequired(name),
			Default: f.Input.Default[name], Description: s.Description, Enum: s.Enum,
		})
	}
	return out
}

// declare works out f.input: the variables of the schema, and those that only have a default, whose type
// is the default's. A variable with a default is not required.
func (d *decoder) declare(f *File) {
	f.input = &schema.Schema{Types: []string{"object"}, Closed: true}
	if f.Input.Schema != nil {
		s, err := schema.Parse(f.Input.Schema)
		if err != nil {
			return // said already
		}
		if !slices.Contains(s.Types, "object") && (len(s.Types) > 0 || s.Props == nil) {
			d.failAt("input.schema", "the schema of the input must be an object, it is %s", s.TypeName()).WithHint("write schema: {question: string}")
			return
		}
		own := *s
		f.input = &own
	}
	f.input.Required = slices.DeleteFunc(slices.Clone(f.input.Required), func(name string) bool { _, ok := f.Input.Default[name]; return ok })
	props := maps.Clone(f.input.Props)
	if props == nil {
		props = map[string]*schema.Schema{}
	}
	f.input.Props = props
	for name, v := range f.Input.Default {
		if s, ok := props[name]; ok {
			for _, p := range s.Check(v) {
				d.failAt("input.default."+name, "default of %s %s", schema.Join(name, p.Path), p.Msg)
			}
			continue
		}
		props[name] = schemaOf(v)
	}
}

// schemaOf gives the type of a default as the type of its variable.
func schemaOf(v any) *schema.Schema {
	kind := schema.Kind(v)
	switch kind {
	case "null":
		return &schema.Schema{}
	case "integer":
		kind = "number"
	}
	return &schema.Schema{Types: []string{kind, "null"}}
}

// inputDocument is the JSON Schema of all declared variables, for people and editors.
func (f *File) inputDocument() json.RawMessage {
	if f.Input.Schema == nil {
		return json.RawMessage(`{"type":"object"}`)
	}
	return f.Input.Schema
}

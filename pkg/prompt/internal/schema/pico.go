package schema

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// scalarTypes are the types that Picoschema writes after a colon; "any" is the lack of a type.
var scalarTypes = []string{"string", "number", "integer", "boolean", "null", "any"}

// pico writes a Picoschema value: a type with an optional description, or an object. description is the
// one of the key's parentheses; an optional property may be null as well, as dotprompt has it.
func (w *writer) pico(n *yaml.Node, description string, optional bool, depth int) error {
	if depth > maxDepth {
		return at(n, "nested deeper than %d", maxDepth)
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return w.picoScalar(n, description, optional)
	case yaml.MappingNode:
		return w.picoObject(n, description, optional, depth)
	}
	return at(n, "a Picoschema is made of types and objects").WithHint("write a list as name(array): string")
}

func (w *writer) picoScalar(n *yaml.Node, description string, optional bool) error {
	name, text, _ := strings.Cut(n.Value, ",")
	name, text = strings.TrimSpace(name), strings.TrimSpace(text)
	if n.ShortTag() == "!!null" && n.Value != "" && n.Value != "~" {
		name = "null"
	}
	if !slices.Contains(scalarTypes, name) {
		return at(n, "unknown type %.40q", name).WithHint("%s", typeHint(name))
	}
	if description == "" {
		description = text
	}
	w.raw("{")
	if name != "any" {
		w.raw(`"type":`)
		w.typeOf(name, optional && name != "null")
		if description != "" {
			w.raw(",")
		}
	}
	w.describe(description)
	w.raw("}")
	return nil
}

func typeHint(name string) string {
	if h := diag.DidYouMean(name, scalarTypes); h != "" {
		return h
	}
	if name == "array" || name == "list" || name == "object" || name == "enum" {
		return "put it behind the name: tags(array): string, size(enum): [S, M, L]"
	}
	return "types are " + strings.Join(scalarTypes, ", ")
}

func (w *writer) typeOf(name string, nullable bool) {
	if nullable {
		w.raw(`["` + name + `","null"]`)
		return
	}
	w.raw(`"` + name + `"`)
}

func (w *writer) describe(description string) {
	if description != "" {
		w.raw(`"description":`)
		w.text(description)
	}
}

func (w *writer) picoObject(n *yaml.Node, description string, optional bool, depth int) error {
	w.raw(`{"type":`)
	w.typeOf("object", optional)
	if description != "" {
		w.raw(",")
		w.describe(description)
	}
	w.raw(`,"properties":{`)
	var required []string
	var additional *yaml.Node
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Value == "(*)" {
			additional = value
			continue
		}
		k, err := parseKey(key)
		if err != nil {
			return err
		}
		if seen[k.name] {
			return at(key, "property %q is there twice", k.name)
		}
		if len(seen) > 0 {
			w.raw(",")
		}
		seen[k.name] = true
		if !k.optional {
			required = append(required, k.name)
		}
		w.text(k.name)
		w.raw(":")
		if err := w.property(k, value, depth); err != nil {
			return err
		}
	}
	w.raw("}")
	if len(required) > 0 {
		w.raw(`,"required":[`)
		for i, name := range required {
			if i > 0 {
				w.raw(",")
			}
			w.text(name)
		}
		w.raw("]")
	}
	w.raw(`,"additionalProperties":`)
	if additional == nil {
		w.raw("false}")
		return nil
	}
	err := w.pico(additional, "", false, depth+1)
	w.raw("}")
	return err
}

// property writes the value of a key, whose parentheses may make it a list, an object or an enum.
func (w *writer) property(k key, value *yaml.Node, depth int) error {
	switch k.kind {
	case "":
		return w.pico(value, k.description, k.optional, depth+1)
	case "object":
		if value.Kind != yaml.MappingNode {
			return at(value, "%s(object) has an object behind it", k.name)
		}
		return w.picoObject(value, k.description, k.optional, depth+1)
	case "array":
		w.raw(`{"type":`)
		w.typeOf("array", k.optional)
		if k.description != "" {
			w.raw(",")
			w.describe(k.description)
		}
		w.raw(`,"items":`)
		err := w.pico(value, "", false, depth+1)
		w.raw("}")
		return err
	}
	return w.enum(k, value)
}

func (w *writer) enum(k key, value *yaml.Node) error {
	if value.Kind != yaml.SequenceNode || len(value.Content) == 0 {
		return at(value, "%s(enum) has a list of values behind it", k.name).WithHint("write %s(enum): [A, B]", k.name)
	}
	w.raw("{")
	if k.description != "" {
		w.describe(k.description)
		w.raw(",")
	}
	w.raw(`"enum":[`)
	hasNull := false
	for i, v := range value.Content {
		if v.Kind != yaml.ScalarNode {
			return at(v, "the values of an enum are scalars")
		}
		if i > 0 {
			w.raw(",")
		}
		hasNull = hasNull || v.ShortTag() == "!!null"
		if err := w.scalar(v); err != nil {
			return err
		}
	}
	if k.optional && !hasNull {
		w.raw(",null")
	}
	w.raw("]}")
	return nil
}

// key is the left side of a Picoschema property: name?(kind, description).
type key struct {
	name, kind, description string
	optional                bool
}

func parseKey(n *yaml.Node) (key, error) {
	var k key
	if n.Kind != yaml.ScalarNode {
		return k, at(n, "a property's name is text")
	}
	name, inner, paren := strings.Cut(n.Value, "(")
	if paren {
		inner, ok := strings.CutSuffix(strings.TrimSpace(inner), ")")
		if !ok {
			return k, at(n, "parenthesis of %.40q is not closed", n.Value)
		}
		kind, text, _ := strings.Cut(inner, ",")
		k.kind, k.description = strings.TrimSpace(kind), strings.TrimSpace(text)
		if kinds := []string{"array", "object", "enum"}; !slices.Contains(kinds, k.kind) {
			return k, at(n, "unknown kind %.40q in parentheses", k.kind).WithHint("kinds are %s", strings.Join(kinds, ", "))
		}
	}
	k.name, k.optional = strings.CutSuffix(strings.TrimSpace(name), "?")
	if k.name == "" {
		return k, at(n, "property has no name")
	}
	return k, nil
}

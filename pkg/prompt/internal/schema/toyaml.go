package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// ToYAML is the inverse of FromYAML: it writes Picoschema where reading that again gives the same
// document, and JSON Schema otherwise.
func ToYAML(doc json.RawMessage) (*yaml.Node, error) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	plain, err := ordered(dec, 0)
	if err != nil {
		return nil, fmt.Errorf("schema is not JSON: %w", err)
	}
	if n := picoOf(plain, 0); n != nil {
		if again, err := FromYAML(n); err == nil && bytes.Equal(again, compact(doc)) {
			return n, nil
		}
	}
	again, err := FromYAML(plain)
	if err == nil && !bytes.Equal(again, compact(doc)) {
		err = errors.New("schema has no form in YAML: write its type")
	}
	return plain, err
}

func compact(doc json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Compact(&b, doc) != nil {
		return doc
	}
	return b.Bytes()
}

// ordered reads a JSON value in the order of its text.
func ordered(dec *json.Decoder, depth int) (*yaml.Node, error) {
	t, err := dec.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	switch t := t.(type) {
	case json.Delim:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		if t == '[' {
			n = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		}
		for dec.More() {
			c, err := ordered(dec, depth+1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, c)
		}
		_, err := dec.Token()
		return n, err
	case string:
		return textNode(t), nil
	case json.Number:
		tag := "!!int"
		if strings.ContainsAny(t.String(), ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: t.String()}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: fmt.Sprint(t)}, nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
}

func textNode(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// picoOf tries to write a JSON Schema as Picoschema; nil means that it cannot. What it gets wrong is
// found by the comparison in ToYAML.
func picoOf(n *yaml.Node, depth int) *yaml.Node {
	if n.Kind != yaml.MappingNode || depth > maxDepth {
		return nil
	}
	if props := field(n, "properties"); props != nil {
		return picoOfObject(n, props, depth)
	}
	name := typeWord(n)
	if !slices.Contains(scalarTypes, name) {
		return nil
	}
	if d := field(n, "description"); d != nil {
		name += ", " + d.Value
	}
	return textNode(name)
}

// typeWord gives the one type of a schema, without the null of an optional property; "any" for none.
func typeWord(n *yaml.Node) string {
	t := field(n, "type")
	switch {
	case t == nil && len(n.Content) == 0, t == nil && len(n.Content) == 2 && field(n, "description") != nil:
		return "any"
	case t == nil:
		return ""
	case t.Kind == yaml.SequenceNode && len(t.Content) == 2:
		return t.Content[0].Value
	}
	return t.Value
}

func picoOfObject(n, props *yaml.Node, depth int) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	required := map[string]bool{}
	if r := field(n, "required"); r != nil {
		for _, item := range r.Content {
			required[item.Value] = true
		}
	}
	for i := 0; i+1 < len(props.Content); i += 2 {
		key, value := picoProperty(props.Content[i].Value, props.Content[i+1], required[props.Content[i].Value], depth)
		if value == nil {
			return nil
		}
		out.Content = append(out.Content, textNode(key), value)
	}
	if a := field(n, "additionalProperties"); a != nil && a.Kind == yaml.MappingNode {
		value := picoOf(a, depth+1)
		if value == nil {
			return nil
		}
		out.Content = append(out.Content, textNode("(*)"), value)
	}
	return out
}

func picoProperty(name string, n *yaml.Node, required bool, depth int) (string, *yaml.Node) {
	if !required {
		name += "?"
	}
	var kind string
	var value *yaml.Node
	switch {
	case field(n, "enum") != nil:
		kind, value = "enum", picoEnum(field(n, "enum"), required)
	case typeWord(n) == "array" && field(n, "items") != nil:
		kind, value = "array", picoOf(field(n, "items"), depth+1)
	case typeWord(n) == "object":
		kind, value = "object", picoOf(n, depth+1)
	default:
		return name, picoOf(n, depth+1)
	}
	if d := field(n, "description"); d != nil {
		kind += ", " + d.Value
	}
	return name + "(" + kind + ")", value
}

func picoEnum(values *yaml.Node, required bool) *yaml.Node {
	out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle, Content: values.Content}
	if n := len(values.Content); !required && n > 0 && values.Content[n-1].Tag == "!!null" {
		out.Content = values.Content[:n-1]
	}
	return out
}

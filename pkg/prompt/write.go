package prompt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// Bytes writes the file: front matter with its keys in a fixed order, then the body as it is. Parsing
// the result gives an equal File. Schemas are written as Picoschema where that says the same, and as
// JSON Schema otherwise.
func (f *File) Bytes() ([]byte, error) {
	w := fileWriter{top: &yaml.Node{Kind: yaml.MappingNode}}
	w.text("name", f.Name)
	w.text("version", f.Version)
	w.text("description", f.Description)
	w.text("changelog", f.Changelog)
	w.text("model", f.Model)
	w.config(&f.Config)
	if f.Input.Schema != nil || f.Input.Default != nil {
		in := w.under("input")
		in.schema("schema", f.Input.Schema)
		in.value("default", anyMap(f.Input.Default))
		w.take(in)
	}
	if o := f.Output; o.Format != "" || o.Schema != nil || o.Strict {
		out := w.under("output")
		out.text("format", o.Format)
		out.schema("schema", o.Schema)
		if o.Strict {
			out.value("strict", true)
		}
		w.take(out)
	}
	if len(f.Partials) > 0 {
		w.put("partials", flow(valueNode(list(f.Partials))))
	}
	w.tools(f)
	w.value("options", anyMap(f.Options))
	w.value("metadata", anyMap(f.Metadata))
	if w.err != nil {
		return nil, w.err
	}
	var b bytes.Buffer
	b.WriteString("---\n")
	if len(w.top.Content) > 0 {
		text, err := encode(w.top)
		if err != nil {
			return nil, err
		}
		b.Write(text)
	}
	b.WriteString("---\n" + f.Body)
	return b.Bytes(), nil
}

// fileWriter builds a mapping and leaves out what is empty.
type fileWriter struct {
	top *yaml.Node
	err error
}

func (w *fileWriter) put(key string, value *yaml.Node) {
	w.top.Content = append(w.top.Content, textNode(key), value)
}

func (w *fileWriter) text(key, value string) {
	if value != "" {
		w.put(key, textNode(value))
	}
}

func (w *fileWriter) value(key string, v any) {
	if v != nil {
		w.put(key, valueNode(v))
	}
}

func (w *fileWriter) under(key string) *fileWriter {
	inner := &fileWriter{top: &yaml.Node{Kind: yaml.MappingNode}}
	w.put(key, inner.top)
	return inner
}

func (w *fileWriter) take(inner *fileWriter) {
	if w.err == nil {
		w.err = inner.err
	}
}

func (w *fileWriter) schema(key string, doc json.RawMessage) {
	if doc == nil {
		return
	}
	n, err := schema.ToYAML(doc)
	if err != nil {
		w.err = fmt.Errorf("%s: %w", key, err)
		return
	}
	w.put(key, n)
}

func (w *fileWriter) config(c *Config) {
	doc := c.document()
	if len(doc) == 0 {
		return
	}
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	for _, key := range configKeys {
		if v, ok := doc[key]; ok {
			n.Content = append(n.Content, textNode(key), valueNode(v))
		}
	}
	w.put("config", n)
}

func (w *fileWriter) tools(f *File) {
	if len(f.Tools) == 0 {
		return
	}
	seq := &yaml.Node{Kind: yaml.SequenceNode}
	for _, t := range f.Tools {
		one := &fileWriter{top: &yaml.Node{Kind: yaml.MappingNode}}
		one.text("name", t.Name)
		one.text("description", t.Description)
		one.schema("parameters", t.Parameters)
		if t.Strict {
			one.value("strict", true)
		}
		w.take(one)
		seq.Content = append(seq.Content, one.top)
	}
	w.put("tools", seq)
}

func anyMap(m map[string]any) any {
	if m == nil {
		return nil
	}
	return m
}

func list(s []string) []any {
	out := make([]any, len(s))
	for i, v := range s {
		out[i] = v
	}
	return out
}

// textNode writes a text so that it is read as that text: several lines as a block when that is easy on
// the eye and safe, and everything unusual in double quotes.
func textNode(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case s == "<<": // YAML's merge key, which the encoder does not quote
		n.Style = yaml.DoubleQuotedStyle
	case !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
	case plainBlock(s):
		n.Style = yaml.LiteralStyle
	default:
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// keyNode writes a key, which may not be a block.
func keyNode(s string) *yaml.Node {
	n := textNode(s)
	if n.Style == yaml.LiteralStyle {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// plainBlock holds for lines of printable text without white space at their ends.
func plainBlock(s string) bool {
	if strings.HasSuffix(s, "\n\n") {
		return false
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		if line != strings.TrimSpace(line) || line == "" || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return false
		}
	}
	return true
}

func flow(n *yaml.Node) *yaml.Node {
	n.Style = yaml.FlowStyle
	return n
}

// valueNode turns plain data into YAML with sorted keys.
func valueNode(v any) *yaml.Node {
	switch v := v.(type) {
	case string:
		return textNode(v)
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, keyNode(key), valueNode(v[key]))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v {
			n.Content = append(n.Content, valueNode(item))
		}
		return n
	case float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: floatText(v)}
	}
	n := &yaml.Node{}
	if n.Encode(v) != nil {
		return textNode(fmt.Sprint(v))
	}
	return n
}

// floatText writes a float so that YAML reads a float again: 1 becomes 1.0.
func floatText(f float64) string {
	b, err := json.Marshal(f)
	if err != nil {
		return "0.0"
	}
	s := string(b)
	if !strings.ContainsAny(s, ".eE") {
		return s + ".0"
	}
	return s
}

func encode(n *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

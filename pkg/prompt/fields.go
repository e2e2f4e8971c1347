package prompt

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
	"github.com/llmops-toolkit/llmops/pkg/strictyaml"
)

// place is a line and a column of a file, from 1; the zero place is unknown.
type place struct{ line, column int }

// places remembers where the fields of a file stand, by their dotted path.
type places map[string]place

// decoder takes YAML apart strictly: every field is asked for by name, what is left over is an error,
// and every error has its place. It goes on after an error and collects them.
type decoder struct {
	file   string
	offset int // lines of the file before the YAML
	places places
	errs   []*diag.Error
}

func (d *decoder) fail(n *yaml.Node, format string, args ...any) *diag.Error {
	e := diag.At(d.file, n.Line+d.offset, n.Column, format, args...)
	d.errs = append(d.errs, e)
	return e
}

// document parses YAML whose top is a mapping; nil when it is empty or broken. Anchors and aliases are
// refused: nothing here needs them, and an alias can stand for a billion nodes.
func (d *decoder) document(text string) *yaml.Node {
	var doc yaml.Node
	text, standIn := hideQuestions(text)
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		d.errs = append(d.errs, d.syntax(text, err))
		return nil
	}
	showQuestions(&doc, standIn, 0)
	if len(doc.Content) == 0 {
		return nil
	}
	top := doc.Content[0]
	if top.Kind == yaml.ScalarNode && top.ShortTag() == "!!null" {
		return nil
	}
	if n := anchored(top, 0); n != nil {
		d.fail(n, "anchors and aliases are not allowed").WithHint("write the value out")
		return nil
	}
	if top.Kind != yaml.MappingNode {
		d.fail(top, "must be a list of keys and values")
		return nil
	}
	return top
}

func anchored(n *yaml.Node, depth int) *yaml.Node {
	if n.Kind == yaml.AliasNode || n.Anchor != "" || depth > 200 {
		return n
	}
	for _, c := range n.Content {
		if bad := anchored(c, depth+1); bad != nil {
			return bad
		}
	}
	return nil
}

// syntax places an error of the YAML parser, which strictyaml does for all files of the project.
func (d *decoder) syntax(text string, err error) *diag.Error {
	e := diag.At(d.file, 1+d.offset, 1, "malformed YAML: %w", err)
	_, again := strictyaml.Parse(d.file, d.offset, []byte(text))
	errors.As(again, &e)
	return e.WithHint("quote text that holds : or # or begins with { [ * & !")
}

// field is one key of a mapping with what reads its value.
type field struct {
	key  string
	read func(n *yaml.Node)
}

// mapping reads the keys of n; prefix is the path of n in places.
func (d *decoder) mapping(n *yaml.Node, prefix string, fields ...field) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s must be a mapping of keys to values", orTop(prefix))
		return
	}
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.key
	}
	d.pairs(n, prefix, func(key, value *yaml.Node) {
		i := slices.Index(known, key.Value)
		if i < 0 {
			e := d.fail(key, "unknown key %.60q%s", key.Value, in(prefix)).WithHint("%s", diag.DidYouMean(key.Value, known))
			if e.Advice == "" {
				e.Advice = "known keys are " + strings.Join(known, ", ")
			}
			return
		}
		fields[i].read(value)
	})
}

// pairs calls each for every key and value, refuses a key that is there twice and remembers the places.
func (d *decoder) pairs(n *yaml.Node, prefix string, each func(key, value *yaml.Node)) {
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			d.fail(key, "a key must be text")
			continue
		}
		if line, ok := first[key.Value]; ok {
			d.fail(key, "key %.60q%s is there twice, first in line %d", key.Value, in(prefix), line)
			continue
		}
		first[key.Value] = key.Line + d.offset
		if d.places != nil {
			d.places[schema.Join(prefix, key.Value)] = place{key.Line + d.offset, key.Column}
		}
		each(key, value)
	}
}

func in(prefix string) string {
	if prefix == "" {
		return ""
	}
	return " in " + prefix
}

func orTop(prefix string) string {
	if prefix == "" {
		return "the file"
	}
	return prefix
}

// text reads a string. A bare number is refused: version 1.10 would lose its zero.
func (d *decoder) text(to *string, name string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode {
			d.fail(n, "%s must be text", name)
			return
		}
		switch n.ShortTag() {
		case "!!null":
		case "!!str", "!!timestamp":
			*to = n.Value
		default:
			d.fail(n, "%s must be text, is %s", name, kindOf(n)).WithHint("write it in quotes: %q", n.Value)
		}
	}
}

func kindOf(n *yaml.Node) string {
	switch n.ShortTag() {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!seq":
		return "a list"
	case "!!map":
		return "a mapping"
	case "!!null":
		return "empty"
	}
	return "text"
}

func (d *decoder) float(to **float64, name string, least, most float64) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var f float64
		tag := n.ShortTag()
		if (tag != "!!int" && tag != "!!float") || n.Decode(&f) != nil || !(f >= least && f <= most) {
			d.fail(n, "%s must be a number from %v to %v, is %s", name, least, most, shown(n))
			return
		}
		*to = &f
	}
}

func (d *decoder) integer(to *int64, name string, least int64) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var i int64
		if n.ShortTag() != "!!int" || n.Decode(&i) != nil || i < least {
			d.fail(n, "%s must be a whole number from %d up, is %s", name, least, shown(n))
			return
		}
		*to = i
	}
}

// shown is a number as it stands in the file, and the kind of anything else.
func shown(n *yaml.Node) string {
	if tag := n.ShortTag(); (tag == "!!int" || tag == "!!float") && len(n.Value) < 30 {
		return n.Value
	}
	return kindOf(n)
}

func (d *decoder) boolean(to *bool, name string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.ShortTag() != "!!bool" || n.Decode(to) != nil {
			d.fail(n, "%s must be true or false", name)
		}
	}
}

func (d *decoder) texts(to *[]string, name string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode {
			d.fail(n, "%s must be a list", name).WithHint("write %s: [a, b]", name)
			return
		}
		for i, item := range n.Content {
			var s string
			path := fmt.Sprintf("%s.%d", name, i)
			if d.places != nil {
				d.places[path] = place{item.Line + d.offset, item.Column}
			}
			before := len(d.errs)
			d.text(&s, path)(item)
			if len(d.errs) == before {
				*to = append(*to, s)
			}
		}
	}
}

// object reads a mapping of anything that JSON has a form for.
func (d *decoder) object(to *map[string]any, name string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
			return
		}
		if n.Kind != yaml.MappingNode {
			d.fail(n, "%s must be a mapping of keys to values", name)
			return
		}
		v, _ := d.value(n, name).(map[string]any)
		*to = v
	}
}

// value turns YAML into plain data.
func (d *decoder) value(n *yaml.Node, path string) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		d.pairs(n, path, func(key, value *yaml.Node) { m[key.Value] = d.value(value, schema.Join(path, key.Value)) })
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			list[i] = d.value(item, fmt.Sprintf("%s.%d", path, i))
		}
		return list
	}
	v, err := schema.Scalar(n)
	d.take(err)
	return v
}

// take collects an error that another package placed within the YAML.
func (d *decoder) take(err error) {
	var e *diag.Error
	if errors.As(err, &e) {
		placed := *e
		placed.File, placed.Line = d.file, e.Line+d.offset
		d.errs = append(d.errs, &placed)
	}
}

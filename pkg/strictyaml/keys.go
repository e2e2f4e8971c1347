package strictyaml

import (
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

var (
	unmarshaler = reflect.TypeFor[yaml.Unmarshaler]()
	nodeType    = reflect.TypeFor[yaml.Node]()
)

func (d *Document) checkKeys(v any) error {
	return d.checkNode(d.root, reflect.TypeOf(v), "", 0)
}

// checkNode compares the keys of a node with the fields of the type it will be decoded into. Aliases
// are followed to a small depth only: what they point at is checked where it stands.
func (d *Document) checkNode(n *yaml.Node, t reflect.Type, where string, aliases int) error {
	for t != nil && t.Kind() == reflect.Pointer {
		if t.Implements(unmarshaler) {
			return nil
		}
		t = t.Elem()
	}
	if t == nil || t == nodeType || reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		if aliases > 3 {
			return nil
		}
		return d.checkNode(n.Alias, t, where, aliases+1)
	}
	switch {
	case n.Kind == yaml.SequenceNode && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array):
		for _, c := range n.Content {
			if err := d.checkNode(c, t.Elem(), where, aliases); err != nil {
				return err
			}
		}
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Map:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if err := d.checkNode(n.Content[i+1], t.Elem(), join(where, n.Content[i].Value), aliases); err != nil {
				return err
			}
		}
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		return d.checkStruct(n, t, where, aliases)
	}
	return nil
}

func (d *Document) checkStruct(n *yaml.Node, t reflect.Type, where string, aliases int) error {
	known := map[string]reflect.Type{}
	if open := fields(t, known); open {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		field, ok := known[key.Value]
		switch {
		case key.Tag == "!!merge":
		case !ok:
			return d.unknownKey(key, known, where)
		default:
			if err := d.checkNode(n.Content[i+1], field, join(where, key.Value), aliases); err != nil {
				return err
			}
		}
	}
	return nil
}

// fields collects the YAML names of a struct's fields; an inline map makes it open to any key.
func fields(t reflect.Type, into map[string]reflect.Type) (open bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if strings.Contains(opts, "inline") {
			if f.Type.Kind() == reflect.Map {
				return true
			}
			if fields(f.Type, into) {
				return true
			}
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		if name != "-" {
			into[name] = f.Type
		}
	}
	return false
}

func (d *Document) unknownKey(key *yaml.Node, known map[string]reflect.Type, where string) error {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	place := ""
	if where != "" {
		place = " under " + where
	}
	err := d.at(key, "unknown key %q%s", key.Value, place)
	if near := diag.DidYouMean(key.Value, names); near != "" {
		return err.WithHint("%s", near)
	}
	return err.WithHint("known keys%s: %s", place, sortedList(names))
}

func join(where, key string) string {
	if where == "" {
		return key
	}
	return where + "." + key
}

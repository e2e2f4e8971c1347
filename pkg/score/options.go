package score

import (
	"errors"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// optionError is a complaint about one option's value; Build knows where that stands.
type optionError struct {
	key  string
	err  error
	hint string // "" for none
}

func (e *optionError) Error() string { return e.key + ": " + e.err.Error() }

func badOption(key, msg string) error { return &optionError{key: key, err: errors.New(msg)} }

func badOptionHint(key, msg, hint string) error {
	return &optionError{key: key, err: errors.New(msg), hint: hint}
}

// texts is a list of strings that may be written as a single one.
type texts []string

// UnmarshalYAML takes a scalar or a list of scalars.
func (t *texts) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*t = texts{node.Value}
		return nil
	}
	var list []string
	err := node.Decode(&list)
	*t = list
	return err
}

// decode fills the structs from a mapping, each key into the one that has a field for it. A key that
// none has is an error.
func decode(node *yaml.Node, structs ...any) error {
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if line, twice := seen[key.Value]; twice {
			return at(key, "the key %q is already set in line %d", key.Value, line)
		}
		seen[key.Value] = key.Line
		field, known := fieldFor(key.Value, structs)
		if !field.IsValid() {
			err := at(key, "unknown option %q of the scorer", key.Value)
			if near := diag.DidYouMean(key.Value, known); near != "" {
				return err.WithHint("%s", near)
			}
			return err.WithHint("options: %s", strings.Join(known, ", "))
		}
		if err := value.Decode(field.Addr().Interface()); err != nil {
			if d, ok := errors.AsType[*diag.Error](err); ok {
				return d // of a value that reads itself
			}
			return at(value, "%s: want %s", key.Value, wanted(field))
		}
	}
	return nil
}

// fieldFor finds the settable field with a YAML name, and lists the names there are.
func fieldFor(name string, structs []any) (found reflect.Value, known []string) {
	var search func(v reflect.Value)
	search = func(v reflect.Value) {
		for i := range v.NumField() {
			if v.Type().Field(i).Anonymous { // options that several scorers share
				search(v.Field(i))
				continue
			}
			tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			if tag == "" {
				continue
			}
			known = append(known, tag)
			if tag == name {
				found = v.Field(i)
			}
		}
	}
	for _, s := range structs {
		search(reflect.ValueOf(s).Elem())
	}
	return found, known
}

func wanted(field reflect.Value) string {
	t := field.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Map:
		return "a mapping"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Float64 {
			return "a list of numbers"
		}
		return "text or a list of texts"
	}
	return "text"
}

func valueOf(node *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

func at(node *yaml.Node, format string, args ...any) *diag.Error {
	if node == nil {
		return diag.Errorf(format, args...)
	}
	return diag.At("", node.Line, node.Column, format, args...)
}

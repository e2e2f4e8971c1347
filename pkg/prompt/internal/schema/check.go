package schema

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Problem is one way in which a value does not fit. Path is dotted from the checked value, "" for the
// value itself; Msg never holds the value.
type Problem struct {
	Path, Msg, Advice string
}

// Check lists every way in which v does not fit s. v is made of what JSON has: nil, bool, string,
// numbers, []any and map[string]any. The order is fixed.
func (s *Schema) Check(v any) []Problem {
	c := checker{left: 1_000_000}
	c.check(s, v, "", 0)
	return c.problems
}

type checker struct {
	problems []Problem
	left     int // work that may still be done: combined schemas could take exponential time
}

func (c *checker) add(path, format string, args ...any) {
	c.problems = append(c.problems, Problem{Path: path, Msg: fmt.Sprintf(format, args...)})
}

func (c *checker) check(s *Schema, v any, path string, depth int) {
	c.left--
	if s == nil || c.left < 0 || depth > maxDepth {
		return
	}
	if s.never {
		c.add(path, "is not allowed")
		return
	}
	if kind := Kind(v); len(s.Types) > 0 && !slices.ContainsFunc(s.Types, func(t string) bool { return fits(kind, t) }) {
		c.add(path, "must be %s, is %s", s.TypeName(), kind)
		return
	}
	if s.Enum != nil && !slices.ContainsFunc(s.Enum, func(e any) bool { return equal(e, v) }) {
		c.add(path, "must be one of %s", EnumText(s.Enum))
	}
	c.bounds(s, v, path)
	switch v := v.(type) {
	case map[string]any:
		c.object(s, v, path, depth)
	case []any:
		for i, item := range v {
			if s.Items == nil || c.left < 0 {
				break
			}
			c.check(s.Items, item, fmt.Sprintf("%s[%d]", path, i), depth+1)
		}
	}
	c.combined(s, v, path, depth)
}

func (c *checker) object(s *Schema, m map[string]any, path string, depth int) {
	for _, name := range s.Required {
		if _, ok := m[name]; !ok {
			c.add(Join(path, name), "is missing")
		}
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		prop, ok := s.Props[name]
		switch {
		case ok:
			c.check(prop, m[name], Join(path, name), depth+1)
		case s.Closed:
			c.problems = append(c.problems, Problem{Join(path, name), "is not declared", diag.DidYouMean(name, s.Names())})
		case s.Additional != nil:
			c.check(s.Additional, m[name], Join(path, name), depth+1)
		}
	}
}

func (c *checker) combined(s *Schema, v any, path string, depth int) {
	for _, sub := range s.AllOf {
		c.check(sub, v, path, depth+1)
	}
	if len(s.AnyOf) > 0 && c.matching(s.AnyOf, v, depth) == 0 {
		c.add(path, "fits none of the alternatives")
	}
	if len(s.OneOf) > 0 {
		if n := c.matching(s.OneOf, v, depth); n != 1 {
			c.add(path, "must fit exactly one of the alternatives, fits %d", n)
		}
	}
}

func (c *checker) matching(alternatives []*Schema, v any, depth int) int {
	n := 0
	for _, sub := range alternatives {
		inner := checker{left: c.left}
		inner.check(sub, v, "", depth+1)
		c.left = inner.left
		if len(inner.problems) == 0 {
			n++
		}
	}
	return n
}

func (c *checker) bounds(s *Schema, v any, path string) {
	if f, ok := Float(v); ok {
		switch {
		case s.min != nil && f < *s.min:
			c.add(path, "must be at least %v", *s.min)
		case s.exclusiveMin != nil && f <= *s.exclusiveMin:
			c.add(path, "must be more than %v", *s.exclusiveMin)
		case s.max != nil && f > *s.max:
			c.add(path, "must be at most %v", *s.max)
		case s.exclusiveMax != nil && f >= *s.exclusiveMax:
			c.add(path, "must be less than %v", *s.exclusiveMax)
		}
		return
	}
	switch v := v.(type) {
	case string:
		if s.minLength != nil || s.maxLength != nil {
			c.size(s.minLength, s.maxLength, utf8.RuneCountInString(v), path, "characters")
		}
	case []any:
		c.size(s.minItems, s.maxItems, len(v), path, "items")
	}
}

func (c *checker) size(least, most *float64, n int, path, unit string) {
	if least != nil && float64(n) < *least {
		c.add(path, "must have at least %v %s, has %d", *least, unit, n)
	}
	if most != nil && float64(n) > *most {
		c.add(path, "must have at most %v %s, has %d", *most, unit, n)
	}
}

// Join puts a property's name after a path; either may be empty.
func Join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}

// Kind names the JSON type of a value; a number without a fraction is an integer.
func Kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	if f, ok := Float(v); ok {
		if f == math.Trunc(f) {
			return "integer"
		}
		return "number"
	}
	return "unknown"
}

func fits(kind, want string) bool { return kind == want || kind == "integer" && want == "number" }

// Float gives the value of a number of any of the types that data may have.
func Float(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}

func equal(a, b any) bool {
	fa, aok := Float(a)
	fb, bok := Float(b)
	if aok || bok {
		return aok && bok && fa == fb
	}
	ja, _ := json.Marshal(a)
	jb, _ := json.Marshal(b)
	return string(ja) == string(jb)
}

// EnumText lists the values of an enum, as JSON.
func EnumText(values []any) string {
	var out []string
	for _, v := range values {
		b, _ := json.Marshal(v)
		out = append(out, string(b))
	}
	return strings.Join(out, ", ")
}

// SameBounds tells whether two schemas limit numbers, lengths and sizes alike.
func SameBounds(a, b *Schema) bool {
	x := []*float64{a.min, a.max, a.exclusiveMin, a.exclusiveMax, a.minLength, a.maxLength, a.minItems, a.maxItems}
	y := []*float64{b.min, b.max, b.exclusiveMin, b.exclusiveMax, b.minLength, b.maxLength, b.minItems, b.maxItems}
	return slices.EqualFunc(x, y, func(p, q *float64) bool { return p == q || p != nil && q != nil && *p == *q })
}

// SameAlternatives tells whether two schemas combine the same other schemas, and treat properties that
// they do not name alike.
func SameAlternatives(a, b *Schema) bool {
	return a.never == b.never && reflect.DeepEqual(a.AnyOf, b.AnyOf) && reflect.DeepEqual(a.OneOf, b.OneOf) &&
		reflect.DeepEqual(a.AllOf, b.AllOf) && reflect.DeepEqual(a.Additional, b.Additional)
}

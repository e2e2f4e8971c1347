package jsonpath

import (
	"cmp"
	"encoding/json"
	"math/big"
	"regexp"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// condition is a logical expression of a filter.
type condition interface {
	holds(root, node any) bool
}

// operand is what a comparison compares. ok is false where there is nothing, which is not the same as null.
type operand interface {
	value(root, node any) (v any, ok bool)
}

type (
	or   []condition
	and  []condition
	not  struct{ condition }
	test struct{ query query } // the query leads to something
)

func (c or) holds(root, node any) bool {
	for _, part := range c {
		if part.holds(root, node) {
			return true
		}
	}
	return false
}

func (c and) holds(root, node any) bool {
	for _, part := range c {
		if !part.holds(root, node) {
			return false
		}
	}
	return true
}

func (c not) holds(root, node any) bool { return !c.condition.holds(root, node) }

func (c test) holds(root, node any) bool { return len(c.query.nodes(root, node)) > 0 }

// query is a path from @ or from $.
type query struct {
	absolute bool
	segments []segment
}

func (q query) nodes(root, node any) []any {
	if q.absolute {
		node = root
	}
	return walk(q.segments, root, node)
}

func (q query) value(root, node any) (any, bool) {
	if list := q.nodes(root, node); len(list) == 1 {
		return list[0], true
	}
	return nil, false
}

// singular tells whether the query can lead to no more than one node, by names and indexes alone.
func (q query) singular() bool {
	for _, s := range q.segments {
		if s.descend || len(s.selectors) != 1 {
			return false
		}
		switch s.selectors[0].(type) {
		case name, index:
		default:
			return false
		}
	}
	return true
}

type literal struct{ v any }

func (l literal) value(any, any) (any, bool) { return l.v, true }

type comparison struct {
	left, right operand
	operator    string
}

// holds follows section 2.3.5.2.2 of the RFC: nothing equals nothing, and only numbers and strings have an
// order.
func (c comparison) holds(root, node any) bool {
	a, okA := c.left.value(root, node)
	b, okB := c.right.value(root, node)
	equal := okA == okB && (!okA || metric.EqualJSON(a, b))
	switch c.operator {
	case "==":
		return equal
	case "!=":
		return !equal
	case "<=", ">=":
		if equal {
			return true
		}
	}
	if !okA || !okB {
		return false
	}
	order, ok := compare(a, b)
	if c.operator[0] == '<' {
		return ok && order < 0
	}
	return ok && order > 0
}

func compare(a, b any) (order int, ok bool) {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return cmp.Compare(x, y), ok
	case json.Number:
		if y, ok := b.(json.Number); ok {
			return compareNumbers(x, y)
		}
	}
	return 0, false
}

// compareNumbers is exact where the exponents are small enough for it.
func compareNumbers(a, b json.Number) (order int, ok bool) {
	x, okX := new(big.Float).SetPrec(2000).SetString(string(a))
	y, okY := new(big.Float).SetPrec(2000).SetString(string(b))
	if !okX || !okY {
		return 0, false
	}
	return x.Cmp(y), true
}

// call is a function on the value of its first argument.
type call struct {
	function string
	query    query
	argument operand // in the place of query, where that is nil
	pattern  operand // of match and search
}

func (f call) value(root, node any) (any, bool) {
	if f.function == "count" {
		return number(len(f.query.nodes(root, node))), true
	}
	v, ok := f.argument.value(root, node)
	if !ok || f.function == "value" {
		return v, ok
	}
	switch x := v.(type) { // length
	case string:
		return number(utf8.RuneCountInString(x)), true
	case []any:
		return number(len(x)), true
	case map[string]any:
		return number(len(x)), true
	}
	return nil, false
}

// holds is for match and search.
func (f call) holds(root, node any) bool {
	v, _ := f.argument.value(root, node)
	p, _ := f.pattern.value(root, node)
	text, ok := v.(string)
	pattern, okP := p.(string)
	if !ok || !okP {
		return false
	}
	re, err := compile(f.function, pattern)
	return err == nil && re.MatchString(text)
}

// compile reads a pattern of RFC 9485 as RE2, of which it is a part. match is of the whole text.
func compile(function, pattern string) (*regexp.Regexp, error) {
	if function == "match" {
		pattern = `\A(?:` + pattern + `)\z`
	}
	return regexp.Compile(pattern)
}

func number(n int) json.Number {
	b, _ := json.Marshal(n) // an int has a JSON form
	return json.Number(b)
}

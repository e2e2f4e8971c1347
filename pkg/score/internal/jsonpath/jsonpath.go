// Package jsonpath finds values in JSON by the paths of RFC 9535: names, indexes, slices, wildcards,
// descendants, unions, filters with comparisons, and the functions length, count, match, search and value.
// Start with Parse.
package jsonpath

import (
	"errors"
	"slices"
)

// Path is a parsed path, safe for concurrent use.
type Path struct{ segments []segment }

// segment selects from each of the nodes before it, or with descend from all nodes below them too.
type segment struct {
	descend   bool
	selectors []selector
}

// selector gives the children of a node that it selects.
type selector interface {
	pick(root, node any, out []any) []any
}

// Find gives the values that the path leads to, in the order of the document; the members of an object come
// in the order of their names. value is what encoding/json gives, with json.Number for numbers.
// A path that finds a million values and more, as $..*..* can, is ErrTooMany.
func (p *Path) Find(value any) (found []any, err error) {
	defer func() {
		if r := recover(); r == ErrTooMany {
			found, err = nil, ErrTooMany
		} else if r != nil {
			panic(r)
		}
	}()
	return walk(p.segments, value, value), nil
}

// ErrTooMany is what Find returns for a path that finds too much.
var ErrTooMany = errors.New("the path finds more than a million values")

const maxFound = 1_000_000

func walk(segments []segment, root, from any) []any {
	nodes := []any{from}
	for _, s := range segments {
		var next []any
		for _, n := range nodes {
			next = s.apply(root, n, next)
		}
		nodes = next
	}
	return nodes
}

func (s segment) apply(root, node any, out []any) []any {
	for _, sel := range s.selectors {
		out = sel.pick(root, node, out)
	}
	if s.descend {
		for _, child := range children(node) {
			out = s.apply(root, child, out)
			if len(out) > maxFound {
				panic(ErrTooMany) // from deep inside; Find makes an error of it
			}
		}
	}
	return out
}

// children lists the values of a list or an object.
func children(node any) []any {
	switch n := node.(type) {
	case []any:
		return n
	case map[string]any:
		names := make([]string, 0, len(n))
		for name := range n {
			names = append(names, name)
		}
		slices.Sort(names)
		list := make([]any, len(names))
		for i, name := range names {
			list[i] = n[name]
		}
		return list
	}
	return nil
}

type name string

func (s name) pick(_, node any, out []any) []any {
	if object, ok := node.(map[string]any); ok {
		if v, there := object[string(s)]; there {
			out = append(out, v)
		}
	}
	return out
}

type wildcard struct{}

func (wildcard) pick(_, node any, out []any) []any { return append(out, children(node)...) }

type index int

func (s index) pick(_, node any, out []any) []any {
	list, _ := node.([]any)
	i := int(s)
	if i < 0 {
		i += len(list)
	}
	if i >= 0 && i < len(list) {
		out = append(out, list[i])
	}
	return out
}

// slice is [start:end:step]; nil bounds mean the ends.
type slice struct {
	start, end *int
	step       int
}

// pick follows section 2.3.4.2.2 of the RFC.
func (s slice) pick(_, node any, out []any) []any {
	list, _ := node.([]any)
	n := len(list)
	bound := func(given *int, otherwise int) int {
		i := otherwise
		if given != nil {
			if i = *given; i < 0 {
				i += n
			}
		}
		return i
	}
	switch {
	case s.step > 0:
		low, high := min(max(bound(s.start, 0), 0), n), min(max(bound(s.end, n), 0), n)
		for i := low; i < high; i += s.step {
			out = append(out, list[i])
		}
	case s.step < 0:
		high, low := min(max(bound(s.start, n-1), -1), n-1), min(max(bound(s.end, -1), -1), n-1)
		for i := high; i > low; i += s.step {
			out = append(out, list[i])
		}
	}
	return out
}

// filter is [?condition].
type filter struct{ condition condition }

func (s filter) pick(root, node any, out []any) []any {
	for _, child := range children(node) {
		if s.condition.holds(root, child) {
			out = append(out, child)
		}
	}
	return out
}

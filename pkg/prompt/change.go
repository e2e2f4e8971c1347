package prompt

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// Level is how much of its users a change may break.
type Level int

// The levels, in rising order.
const (
	None  Level = iota // nothing changed
	Patch              // wording
	Minor              // callers and readers go on as before; behaviour may differ
	Major              // callers or readers must change
)

func (l Level) String() string { return [...]string{"none", "patch", "minor", "major"}[l] }

// Reason is one change, and the level that it demands.
type Reason struct {
	Level   Level
	Subject string // "input.question", "output.answer", "model", "body"
	Text    string // "is required now"
}

func (r Reason) String() string { return r.Subject + " " + r.Text }

// Change is what differs between two versions.
type Change struct {
	Level   Level
	Reasons []Reason // the gravest first
}

// Compare classifies the change from one version to another. An input variable that was added as
// required, removed or retyped, or an output that readers of the old one cannot read, is major; an
// optional variable, a new output field, or another model or config is minor; all else is patch.
func Compare(from, to *Version) Change {
	var c Change
	c.input(from.input, to.input, "input")
	c.defaults(from, to)
	c.output(&from.Output, &to.Output)
	c.settings(from, to)
	c.tools(from.Tools, to.Tools)
	c.pins(from.Pins, to.Pins)
	c.wording(from, to)
	slices.SortStableFunc(c.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.Subject, b.Subject))
	})
	return c
}

func (c *Change) add(l Level, subject, format string, args ...any) {
	c.Level = max(c.Level, l)
	c.Reasons = append(c.Reasons, Reason{l, subject, fmt.Sprintf(format, args...)})
}

// input compares what callers must write: what was right must stay right.
func (c *Change) input(from, to *schema.Schema, path string) {
	for _, name := range from.Names() {
		at := schema.Join(path, name)
		if to.Props[name] == nil {
			c.add(Major, at, "was removed")
			continue
		}
		c.required(Major, from.IsRequired(name), to.IsRequired(name), at)
		c.inputType(from.Props[name], to.Props[name], at, 0)
	}
	for _, name := range to.Names() {
		if from.Props[name] != nil {
			continue
		}
		if to.IsRequired(name) {
			c.add(Major, schema.Join(path, name), "was added and is required")
		} else {
			c.add(Minor, schema.Join(path, name), "was added and is optional")
		}
	}
}

func (c *Change) required(level Level, was, is bool, at string) {
	switch {
	case !was && is:
		c.add(level, at, "was optional and is required")
	case was && !is:
		c.add(Minor, at, "was required and is optional")
	}
}

const maxNesting = 50

func (c *Change) inputType(from, to *schema.Schema, at string, depth int) {
	if depth > maxNesting {
		return
	}
	if a, b := typeText(from), typeText(to); a != b {
		c.add(Major, at, "was %s and is %s", a, b)
		return
	}
	added, removed := enumDiff(from.Enum, to.Enum)
	if len(removed) > 0 {
		c.add(Major, at, "no longer takes %s", schema.EnumText(removed))
	}
	if len(added) > 0 {
		c.add(Minor, at, "takes %s as well", schema.EnumText(added))
	}
	if from.Items != nil && to.Items != nil {
		c.inputType(from.Items, to.Items, at+"[]", depth+1)
	}
	if from.Props != nil || to.Props != nil {
		c.input(from, to, at)
	}
	if from.Description != to.Description {
		c.add(Patch, at, "is described otherwise")
	}
	if !schema.SameBounds(from, to) {
		c.add(Major, at, "has other limits")
	}
	if !schema.SameAlternatives(from, to) || !from.Closed && to.Closed {
		c.add(Major, at, "has other alternatives or fields")
	}
}

func (c *Change) defaults(from, to *Version) {
	for _, name := range slices.Sorted(maps.Keys(to.Input.Default)) {
		was, ok := from.Input.Default[name]
		if ok && !reflect.DeepEqual(was, to.Input.Default[name]) {
			c.add(Minor, "input."+name, "has another default")
		}
	}
}

// typeText is the type without the null of an optional property.
func typeText(s *schema.Schema) string {
	plain := *s
	plain.Types = s.NonNull()
	if plain.Items != nil { // compared by itself
		plain.Items = nil
	}
	return plain.TypeName()
}

func enumDiff(from, to []any) (added, removed []any) {
	return minus(to, from), minus(from, to)
}

func minus(a, b []any) []any {
	var out []any
	for _, v := range a {
		if v != nil && !slices.ContainsFunc(b, func(w any) bool { return reflect.DeepEqual(v, w) }) {
			out = append(out, v)
		}
	}
	return out
}

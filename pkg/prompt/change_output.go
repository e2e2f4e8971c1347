package prompt

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// output compares what readers get: all of it must be something that they know.
func (c *Change) output(from, to *Output) {
	was, is := from.format(), to.format()
	if was != is {
		c.add(Major, "output", "was %s and is %s", was, is)
		return
	}
	switch {
	case from.Schema == nil && to.Schema != nil:
		c.add(Minor, "output", "has a schema now")
	case from.Schema != nil && to.Schema == nil:
		c.add(Major, "output", "no longer has a schema")
	case from.Schema != nil && !bytes.Equal(from.Schema, to.Schema):
		a, err1 := schema.Parse(from.Schema)
		b, err2 := schema.Parse(to.Schema)
		if err1 != nil || err2 != nil {
			c.add(Major, "output", "has a schema that cannot be compared")
			return
		}
		before := len(c.Reasons)
		c.outputType(a, b, "output", 0)
		if len(c.Reasons) == before {
			c.add(Patch, "output", "has a schema that is written otherwise")
		}
	}
	if from.Strict != to.Strict {
		c.add(Minor, "output.strict", "was changed")
	}
}

func (o *Output) format() string {
	if o.Format == "" && o.Schema != nil {
		return "json"
	}
	return cmp.Or(o.Format, "text")
}

func (c *Change) outputType(from, to *schema.Schema, at string, depth int) {
	if depth > maxNesting {
		return
	}
	a, b := typeText(from), typeText(to)
	switch {
	case a == "any" && b != "any", a == "number" && b == "integer":
		c.add(Minor, at, "was %s and is %s", a, b)
		return
	case a != b:
		c.add(Major, at, "was %s and is %s", a, b)
		return
	}
	if !slices.Contains(from.Types, "null") && slices.Contains(to.Types, "null") && len(from.Types) > 0 {
		c.add(Major, at, "may be null now")
	}
	added, removed := enumDiff(from.Enum, to.Enum)
	if len(added) > 0 {
		c.add(Major, at, "may be %s, which readers do not know", schema.EnumText(added))
	}
	if len(removed) > 0 {
		c.add(Minor, at, "is never %s now", schema.EnumText(removed))
	}
	if from.Items != nil && to.Items != nil {
		c.outputType(from.Items, to.Items, at+"[]", depth+1)
	}
	c.outputFields(from, to, at, depth)
	if !schema.SameAlternatives(from, to) {
		c.add(Major, at, "has other alternatives")
	}
	if from.Description != to.Description {
		c.add(Patch, at, "is described otherwise")
	}
}

func (c *Change) outputFields(from, to *schema.Schema, at string, depth int) {
	for _, name := range from.Names() {
		field := schema.Join(at, name)
		switch {
		case to.Props[name] == nil && from.IsRequired(name):
			c.add(Major, field, "was removed")
		case to.Props[name] == nil:
			c.add(Minor, field, "was optional and was removed")
		default:
			if from.IsRequired(name) && !to.IsRequired(name) {
				c.add(Major, field, "was always there and is optional")
			} else if !from.IsRequired(name) && to.IsRequired(name) {
				c.add(Minor, field, "is always there now")
			}
			c.outputType(from.Props[name], to.Props[name], field, depth+1)
		}
	}
	for _, name := range to.Names() {
		if from.Props[name] == nil {
			c.add(Minor, schema.Join(at, name), "was added")
		}
	}
}

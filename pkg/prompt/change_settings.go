package prompt

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func (c *Change) settings(from, to *Version) {
	if from.Model != to.Model {
		c.add(Minor, "model", "was %s and is %s", cmp.Or(from.Model, "not set"), cmp.Or(to.Model, "not set"))
	}
	a, b := from.Config.fields(), to.Config.fields()
	for _, name := range slices.Sorted(maps.Keys(merged(a, b))) {
		if a[name] != b[name] {
			c.add(Minor, "config."+name, "was %s and is %s", cmp.Or(a[name], "not set"), cmp.Or(b[name], "not set"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(merged(from.Options, to.Options))) {
		if !reflect.DeepEqual(from.Options[name], to.Options[name]) {
			c.add(Minor, "options."+name, "was changed")
		}
	}
}

func merged[V any](a, b map[string]V) map[string]V {
	m := maps.Clone(a)
	if m == nil {
		m = map[string]V{}
	}
	maps.Copy(m, b)
	return m
}

// tools: callers run them, so they must know each one that the model may call.
func (c *Change) tools(from, to []llm.Tool) {
	old := map[string]llm.Tool{}
	for _, t := range from {
		old[t.Name] = t
	}
	for _, t := range to {
		was, ok := old[t.Name]
		delete(old, t.Name)
		switch {
		case !ok:
			c.add(Major, "tools."+t.Name, "was added, and callers must run it")
		case !bytes.Equal(was.Parameters, t.Parameters):
			c.add(Major, "tools."+t.Name, "takes other parameters")
		case was.Strict != t.Strict:
			c.add(Minor, "tools."+t.Name, "is strict otherwise")
		case was.Description != t.Description:
			c.add(Patch, "tools."+t.Name, "is described otherwise")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		c.add(Minor, "tools."+name, "was removed")
	}
}

// pins: another version of a partial weighs what its own change weighs, but never more than minor: what
// callers must write and read is declared by the prompt itself.
func (c *Change) pins(from, to []Pin) {
	old := map[string]string{}
	for _, p := range from {
		old[p.Name] = p.Version
	}
	for _, p := range to {
		was, ok := old[p.Name]
		delete(old, p.Name)
		switch {
		case !ok:
			c.add(Patch, "partials."+p.Name, "was added")
		case was != p.Version && samePatch(was, p.Version):
			c.add(Patch, "partials."+p.Name, "was %s and is %s", was, p.Version)
		case was != p.Version:
			c.add(Minor, "partials."+p.Name, "was %s and is %s", was, p.Version)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		c.add(Patch, "partials."+name, "was removed")
	}
}

func samePatch(a, b string) bool {
	va, err1 := semver.StrictNewVersion(a)
	vb, err2 := semver.StrictNewVersion(b)
	return err1 == nil && err2 == nil && va.Major() == vb.Major() && va.Minor() == vb.Minor()
}

func (c *Change) wording(from, to *Version) {
	if from.Body != to.Body {
		c.add(Patch, "body", "has another wording")
	}
	if from.Description != to.Description {
		c.add(Patch, "description", "was changed")
	}
	if !reflect.DeepEqual(from.Metadata, to.Metadata) {
		c.add(Patch, "metadata", "was changed")
	}
}

// fields gives the config as text by name, without what is not set.
func (c *Config) fields() map[string]string {
	out := map[string]string{}
	b, err := json.Marshal(c.document())
	if err != nil {
		return out
	}
	var raw map[string]json.RawMessage
	if json.Unmarshal(b, &raw) == nil {
		for name, v := range raw {
			out[name] = string(v)
		}
	}
	return out
}

package prompt

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/mustache"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/worddiff"
)

// Diff is what differs between two versions, as data: showing it is for others.
type Diff struct {
	From, To string // exact references
	Change   Change
	Fields   []FieldChange // of the front matter, by path
	Body     []Span        // the whole body; one Equal span when nothing changed
}

// FieldChange is a value of the front matter that differs. "" means that it is not there.
type FieldChange struct {
	Path     string // "input.question", "config.temperature", "output.answer"
	From, To string
}

// Span is a piece of the body with one fate.
type Span struct {
	Op   SpanOp
	Text string
}

// SpanOp says in which of the two bodies a Span is.
type SpanOp string

// The operations.
const (
	SpanEqual  SpanOp = "equal"  // in both
	SpanDelete SpanOp = "delete" // in the old one only
	SpanInsert SpanOp = "insert" // in the new one only
)

// DiffVersions compares two versions, which may be of different prompts.
func DiffVersions(from, to *Version) *Diff {
	d := &Diff{From: from.Ref(), To: to.Ref(), Change: Compare(from, to)}
	a, b := from.flat(), to.flat()
	for _, path := range slices.Sorted(maps.Keys(merged(a, b))) {
		if a[path] != b[path] {
			d.Fields = append(d.Fields, FieldChange{path, a[path], b[path]})
		}
	}
	d.Body = DiffText(from.Body, to.Body)
	return d
}

// DiffText compares two texts word by word.
func DiffText(from, to string) []Span {
	ops := map[worddiff.Op]SpanOp{worddiff.Equal: SpanEqual, worddiff.Delete: SpanDelete, worddiff.Insert: SpanInsert}
	var spans []Span
	for _, s := range worddiff.Diff(from, to) {
		spans = append(spans, Span{ops[s.Op], s.Text})
	}
	return spans
}

// flat gives the front matter as text by path, but for the version itself.
func (v *Version) flat() map[string]string {
	out := map[string]string{"description": v.Description, "changelog": v.Changelog, "model": v.Model}
	for name, text := range v.Config.fields() {
		out["config."+name] = text
	}
	for _, x := range v.Variables() {
		out["input."+x.Name] = x.words()
	}
	if v.Output.Format != "" || v.Output.Schema != nil {
		out["output"] = v.Output.format()
	}
	if v.Output.Schema != nil {
		if s, err := schema.Parse(v.Output.Schema); err == nil {
			flatSchema(out, "output", s, 0)
		}
	}
	for _, p := range v.Pins {
		out["partials."+p.Name] = p.Version
	}
	for _, t := range v.Tools {
		out["tools."+t.Name] = strings.TrimSpace(t.Description + " " + string(t.Parameters))
	}
	for key, value := range v.Options {
		out["options."+key] = jsonText(value)
	}
	for key, value := range v.Metadata {
		out["metadata."+key] = jsonText(value)
	}
	return out
}

func flatSchema(out map[string]string, path string, s *schema.Schema, depth int) {
	if depth > maxNesting {
		return
	}
	for _, name := range s.Names() {
		p := s.Props[name]
		x := Variable{Name: name, Type: typeWords(p), Required: s.IsRequired(name), Enum: p.Enum, Description: p.Description}
		out[schema.Join(path, name)] = x.words()
		flatSchema(out, schema.Join(path, name), p, depth+1)
		if p.Items != nil {
			flatSchema(out, schema.Join(path, name)+"[]", p.Items, depth+1)
		}
	}
}

func typeWords(s *schema.Schema) string {
	plain := *s
	plain.Types = s.NonNull()
	return plain.TypeName()
}

// words describes a variable in one line.
func (x Variable) words() string {
	s := x.Type
	if x.Enum != nil {
		s = "one of " + schema.EnumText(x.Enum)
	}
	if !x.Required {
		s += ", optional"
	}
	if x.Default != nil {
		s += ", default " + jsonText(x.Default)
	}
	if x.Description != "" {
		s += " (" + x.Description + ")"
	}
	return s
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return mustache.Text(v)
	}
	return cmp.Or(string(b), "null")
}

package prompt

import (
	"fmt"
	"maps"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/mustache"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// bind gives each file of v its own meaning of partials' names.
func (v *Version) bind(parts []*Version) error {
	v.links = map[*File]map[string]*File{}
	own := map[string]*File{}
	for i, p := range parts {
		if own[p.Name] != nil {
			at := v.places[fmt.Sprintf("partials.%d", i)]
			return diag.At(v.Path, at.line, at.column, "partial %s is there twice", p.Name)
		}
		own[p.Name] = p.File
		maps.Copy(v.links, p.links)
	}
	v.links[v.File] = own
	return nil
}

// check lists the mistakes in names: variables that are used and not declared or declared and not used,
// and the same of partials.
func (v *Version) check() []*diag.Error {
	c := usage{version: v, used: map[string]bool{}, included: map[string]bool{}}
	for _, s := range v.segments {
		if s.tmpl != nil {
			c.nodes(s.tmpl.Nodes, v.File, []*schema.Schema{v.root()})
		}
	}
	for i, ref := range v.Partials {
		p, err := ParseRef(ref)
		if err == nil && !c.included[p.Name] {
			at := v.places[fmt.Sprintf("partials.%d", i)]
			c.errs = append(c.errs, diag.At(v.Path, at.line, at.column, "partial %s is declared and never included", p.Name).
				WithHint("write {{>%s}} in the body, or remove it", p.Name))
		}
	}
	for _, name := range v.input.Names() {
		if !c.used[name] {
			c.errs = append(c.errs, v.unused(name))
		}
	}
	return c.errs
}

func (v *Version) unused(name string) *diag.Error {
	at, ok := v.places["input.schema."+name]
	if !ok {
		at = v.places["input.default."+name]
	}
	return diag.At(v.Path, at.line, at.column, "variable %s is declared and never used", name).
		WithHint("write {{%s}} in the body, or remove it", name)
}

// root is the schema of all variables that templates may use: those that v declares, and those for which
// a partial brings a default.
func (v *Version) root() *schema.Schema {
	root := *v.input
	root.Props = maps.Clone(v.input.Props)
	for _, f := range v.files() {
		for name := range f.Input.Default {
			if _, ok := root.Props[name]; !ok && f != v.File {
				root.Props[name] = f.input.Props[name]
			}
		}
	}
	return &root
}

// files lists v and all that it includes, in a fixed order.
func (v *Version) files() []*File {
	out := slices.Collect(maps.Keys(v.links))
	slices.SortFunc(out, func(a, b *File) int { return compareText(a.Path, b.Path) })
	return out
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// usage walks the templates and finds out which variables they use.
type usage struct {
	version  *Version
	used     map[string]bool // top-level variables
	included map[string]bool // partials of the version itself
	errs     []*diag.Error
	depth    int
}

// nodes walks the nodes of a template of file f; scopes are the schemas of the contexts, the root first.
func (c *usage) nodes(nodes []mustache.Node, f *File, scopes []*schema.Schema) {
	for i := range nodes {
		n := &nodes[i]
		switch n.Kind {
		case mustache.Variable:
			c.find(n, n.Path, f, scopes)
		case mustache.Section:
			inner := c.find(n, n.Path, f, scopes)
			if inner != nil && inner.Items != nil {
				inner = inner.Items
			}
			c.nodes(n.Children, f, append(scopes[:len(scopes):len(scopes)], inner))
		case mustache.Inverted:
			c.find(n, n.Path, f, scopes)
			c.nodes(n.Children, f, scopes)
		case mustache.Partial:
			c.partial(n, f, scopes)
		case mustache.Media:
			for _, a := range []mustache.Arg{n.URL, n.MIME} {
				if a.IsVar {
					c.find(n, a.Path, f, scopes)
				}
			}
		}
	}
}

func (c *usage) partial(n *mustache.Node, f *File, scopes []*schema.Schema) {
	if f == c.version.File {
		c.included[n.Text] = true
	}
	part := c.version.links[f][n.Text]
	if part == nil {
		c.errs = append(c.errs, diag.At(f.Path, n.Line, n.Column, "partial %.60s is included and not declared", n.Text).
			WithHint("add partials: [%s@^1.0.0] to the front matter", n.Text))
		return
	}
	if c.depth++; c.depth <= maxPartials {
		for _, s := range part.segments {
			c.nodes(s.tmpl.Nodes, part, scopes)
		}
	}
	c.depth--
}

// find resolves a name as the renderer will, and gives the schema of what it finds; nil means anything.
func (c *usage) find(n *mustache.Node, path []string, f *File, scopes []*schema.Schema) *schema.Schema {
	if len(path) == 0 {
		return scopes[len(scopes)-1]
	}
	perhaps := false // an open context may hold the name
	for i := len(scopes) - 1; i >= 0; i-- {
		s := scopes[i]
		if s == nil {
			perhaps = true
			continue
		}
		if prop, ok := s.Props[path[0]]; ok {
			if i == 0 {
				c.used[path[0]] = true
			}
			if perhaps {
				return nil
			}
			return c.inside(n, prop, path, f)
		}
		if s.Open() {
			perhaps = true
		}
	}
	if !perhaps {
		c.undeclared(n, path[0], f)
	}
	return nil
}

// inside follows the rest of a dotted name.
func (c *usage) inside(n *mustache.Node, s *schema.Schema, path []string, f *File) *schema.Schema {
	for i, part := range path[1:] {
		next, ok := s.Props[part]
		if !ok && s.Open() {
			return s.Additional
		}
		if !ok {
			e := diag.At(f.Path, n.Line, n.Column, "variable %s has no field %q", path[i], part).WithHint("%s", diag.DidYouMean(part, s.Names()))
			c.errs = append(c.errs, e)
			return nil
		}
		s = next
	}
	return s
}

func (c *usage) undeclared(n *mustache.Node, name string, f *File) {
	msg := fmt.Sprintf("variable %.60s is used and not declared", name)
	if f != c.version.File {
		msg += " by " + c.version.Ref() + ", which includes this"
	}
	e := diag.At(f.Path, n.Line, n.Column, "%s", msg).WithHint("%s", diag.DidYouMean(name, c.version.input.Names()))
	switch {
	case name == "this" || name == "else":
		e.Advice = "{{" + name + "}} is Handlebars; Mustache has {{.}} for the current item and {{^name}} for else"
	case name == "history":
		e.Advice = "{{history}} stands alone on its line"
	case e.Advice == "":
		e.Advice = fmt.Sprintf("add it to the front matter, input: {schema: {%s: string}}", name)
	}
	c.errs = append(c.errs, e)
}

// declareUsed declares whatever the templates use, for a prompt without front matter. Such variables are
// of any type and required when they are used outside of sections.
func (f *File) declareUsed() {
	f.input = &schema.Schema{Types: []string{"object"}, Props: map[string]*schema.Schema{}}
	for _, s := range f.segments {
		if s.tmpl != nil {
			f.declareNodes(s.tmpl.Nodes, false)
		}
	}
}

func (f *File) declareNodes(nodes []mustache.Node, inSection bool) {
	for i := range nodes {
		n := &nodes[i]
		paths := [][]string{n.Path}
		if n.Kind == mustache.Media {
			paths = [][]string{n.URL.Path, n.MIME.Path}
		}
		for _, path := range paths {
			if len(path) == 0 || (inSection && f.input.Props[path[0]] == nil) {
				continue // within a section the name may be a field of its item
			}
			f.input.Props[path[0]] = &schema.Schema{}
			if n.Kind == mustache.Variable && !f.input.IsRequired(path[0]) {
				f.input.Required = append(f.input.Required, path[0])
			}
		}
		f.declareNodes(n.Children, inSection || n.Kind == mustache.Section)
	}
}

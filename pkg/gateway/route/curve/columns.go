package curve

import (
	"path"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Columns are the names of the columns with the quality of both models' answers. A model's reference serves where a
// column is named for the model; "" means to find out.
type Columns struct{ Weak, Strong string }

const response = "_response"

// find settles which columns are meant, by the first row.
func (c Columns) find(r row) (Columns, error) {
	if !slices.Contains(r.names, "prompt") {
		e := r.fail("", "there is no column prompt")
		if len(r.names) == 1 && r.ordered && strings.ContainsAny(r.names[0], ";\t") {
			return c, e.WithHint("columns are separated by commas here")
		}
		if near := diag.DidYouMean("prompt", r.names); near != "" {
			return c, e.WithHint("%s", near)
		}
		return c, e.WithHint("%s", shape)
	}
	var free []string // columns of quality that are named for models
	for _, name := range r.names {
		if name != "prompt" && name != "complexity" && name != "weak" && name != "strong" && !strings.HasSuffix(name, response) {
			free = append(free, name)
		}
	}
	out := Columns{named(c.Weak, "weak", r.names), named(c.Strong, "strong", r.names)}
	rest := slices.DeleteFunc(slices.Clone(free), func(name string) bool { return name == out.Weak || name == out.Strong })
	switch { // RouteLLM's files have the weak model first; the order of JSON's keys means nothing
	case out.Weak == "" && out.Strong == "" && len(rest) == 2 && r.ordered:
		out = Columns{rest[0], rest[1]}
	case out.Weak == "" && out.Strong != "" && len(rest) == 1:
		out.Weak = rest[0]
	case out.Strong == "" && out.Weak != "" && len(rest) == 1:
		out.Strong = rest[0]
	}
	for _, missing := range [][2]string{{out.Weak, "weak"}, {out.Strong, "strong"}} {
		if missing[0] == "" {
			return c, r.fail("", "there is no column for the %s model's quality among %s", missing[1], strings.Join(r.names, ", ")).
				WithHint("name it %s, or say which it is: --%s-column NAME", missing[1], missing[1])
		}
	}
	if out.Weak == out.Strong {
		return c, r.fail(out.Weak, "the column %q would be the weak and the strong model's", out.Weak).
			WithHint("say which they are: --weak-column NAME --strong-column NAME")
	}
	return out, nil
}

// named finds the column that is wanted: by its very name, else by the model that it is named for, else by kind.
func named(want, kind string, names []string) string {
	for _, same := range []func(name string) bool{
		func(name string) bool { return want != "" && name == want },
		func(name string) bool { return name == kind },
		func(name string) bool {
			return want != "" && strings.EqualFold(path.Base(name), path.Base(want)) && !strings.HasSuffix(name, response)
		},
	} {
		if i := slices.IndexFunc(names, same); i >= 0 {
			return names[i]
		}
	}
	return ""
}

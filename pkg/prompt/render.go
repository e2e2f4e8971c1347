package prompt

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/mustache"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// Bounds of a rendering: what all its messages may have in bytes and in rendered nodes.
const (
	maxOutput = 16 << 20
	maxSteps  = 2_000_000
)

// Render fills in the variables and gives the messages. A variable that is missing, of the wrong type or
// not declared is a *diag.Error that names it. Values are data: strings, booleans, numbers, nil, and
// lists and maps of those; no method of theirs is called, and their text is never read as a template. A
// message that renders to nothing but white space is left out.
func (v *Version) Render(vars map[string]any) ([]llm.Message, error) {
	return v.RenderHistory(vars, nil)
}

// RenderHistory is Render with the conversation so far, which is put where the body says {{history}}, or
// else before the last message when that is the user's, or else at the end.
func (v *Version) RenderHistory(vars map[string]any, history []llm.Message) ([]llm.Message, error) {
	data, err := v.data(vars)
	if err != nil {
		return nil, err
	}
	out := make([]llm.Message, 0, len(v.segments)+len(history))
	placed := len(history) == 0
	left := mustache.Options{Bytes: maxOutput, Steps: maxSteps, Depth: maxPartials, Trim: true}
	for _, s := range v.segments {
		if s.history {
			out, placed = append(out, history...), true
			continue
		}
		pieces, err := s.tmpl.Render(data, v.lookup, left)
		if err != nil {
			return nil, v.renderError(err)
		}
		m := llm.Message{Role: s.role}
		if m.Parts, err = v.parts(pieces, &left); err != nil {
			return nil, err
		}
		if len(m.Parts) > 0 {
			out = append(out, m)
		}
	}
	if !placed {
		out = insert(out, history)
	}
	if len(out) == 0 {
		return nil, diag.At(v.Path, v.BodyLine, 0, "prompt %s renders no message", v.title())
	}
	return out, nil
}

func insert(messages, history []llm.Message) []llm.Message {
	at := len(messages)
	if at > 0 && messages[at-1].Role == llm.RoleUser {
		at--
	}
	return slices.Insert(messages, at, history...)
}

// lookup finds a partial. Files end with a newline, which belongs to a partial that stands alone on its
// line and not to one within a line.
func (v *Version) lookup(scope any, n *mustache.Node) *mustache.Template {
	f, _ := scope.(*File)
	part := v.links[f][n.Text]
	switch {
	case part == nil || len(part.segments) == 0:
		return nil
	case n.Alone:
		return part.segments[0].tmpl
	}
	return part.segments[0].inline()
}

func (v *Version) renderError(err error) error {
	if errors.Is(err, mustache.ErrLimit) {
		return diag.At(v.Path, v.BodyLine, 0, "prompt %s: %w", v.title(), err).
			WithHint("a prompt renders at most %d MiB in %d steps: give it shorter lists", maxOutput>>20, maxSteps)
	}
	return fmt.Errorf("prompt %s: %w", v.title(), err)
}

// parts makes message parts of what was rendered, and takes it off the limit.
func (v *Version) parts(pieces []mustache.Piece, left *mustache.Options) ([]llm.Part, error) {
	out := make([]llm.Part, 0, len(pieces))
	blank := true
	for _, p := range pieces {
		left.Bytes = max(1, left.Bytes-len(p.Text)-len(p.URL))
		if p.URL == "" {
			blank = blank && strings.TrimSpace(p.Text) == ""
			if p.Text != "" {
				out = append(out, llm.Part{Text: p.Text})
			}
			continue
		}
		m, err := media(p.URL, p.MIME)
		if err != nil {
			return nil, diag.At(v.Path, v.BodyLine, 0, "prompt %s: %w", v.title(), err)
		}
		blank = false
		out = append(out, llm.Part{Media: m})
	}
	if blank {
		return nil, nil
	}
	return out, nil
}

// title names the prompt in errors.
func (v *Version) title() string {
	if v.Name == "" {
		return v.Path
	}
	return v.Ref()
}

// data checks the variables and lays them over the defaults.
func (v *Version) data(vars map[string]any) (map[string]any, error) {
	data := make(map[string]any, len(vars)+len(v.Input.Default))
	var problems []schema.Problem
	for name, value := range vars {
		plain, err := Plain(value)
		if err != nil {
			problems = append(problems, schema.Problem{Path: name, Msg: err.Error()})
			continue
		}
		data[name] = plain
	}
	if len(problems) == 0 {
		problems = v.input.Check(data)
	}
	if len(problems) > 0 {
		return nil, v.problems(problems)
	}
	for _, f := range v.defaults() {
		for name, value := range f.Input.Default {
			if _, ok := data[name]; !ok {
				data[name] = value
			}
		}
	}
	return data, nil
}

// defaults lists the files whose defaults count: the prompt's own first, then those of its partials.
func (v *Version) defaults() []*File {
	if len(v.links) < 2 {
		return []*File{v.File}
	}
	files := v.files()
	i := slices.Index(files, v.File)
	return slices.Insert(slices.Delete(files, i, i+1), 0, v.File)
}

func (v *Version) problems(list []schema.Problem) error {
	slices.SortFunc(list, func(a, b schema.Problem) int { return compareText(a.Path, b.Path) })
	var text []string
	hint := ""
	for _, p := range list {
		text = append(text, fmt.Sprintf("variable %s %s", p.Path, p.Msg))
		if hint == "" {
			hint = p.Advice
		}
	}
	if hint == "" {
		hint = v.signature()
	}
	return diag.Errorf("prompt %s: %s", v.title(), strings.Join(text, "; ")).WithHint("%s", hint)
}

// signature words what the prompt takes.
func (v *Version) signature() string {
	var parts []string
	for _, x := range v.Variables() {
		s := x.Name + " (" + x.Type
		if !x.Required {
			s += ", optional"
		}
		parts = append(parts, s+")")
	}
	if len(parts) == 0 {
		return "the prompt takes no variables"
	}
	return "the prompt takes " + strings.Join(parts, ", ")
}

// Defaults gives a copy of the values that variables have when they are not given.
func (v *Version) Defaults() map[string]any { return maps.Clone(v.Input.Default) }

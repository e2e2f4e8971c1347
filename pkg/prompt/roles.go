package prompt

import (
	"errors"
	"strings"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/mustache"
)

// segment is one message of a body, or the place where the conversation so far belongs.
type segment struct {
	role    llm.Role
	tmpl    *mustache.Template        // nil for history
	inline  func() *mustache.Template // tmpl without its last newline
	named   bool                      // opened by a role line, not by the start of the body
	history bool
	line    int
}

// compile splits the body at its role lines and compiles each message. This happens before any variable
// is known, which is why a variable's text can never open a role.
//
// A role line begins with {{role "system"}}; what follows on the line belongs to the message. {{history}}
// alone on a line marks the place of the conversation so far, unless the prompt declares a variable of
// that name. Text before the first role line, or after {{history}}, is the user's. White space around a
// message is not part of it.
func (f *File) compile() *diag.Error {
	role, named, start, line := llm.RoleUser, false, 0, f.BodyLine
	number := f.BodyLine
	for at := 0; at < len(f.Body); number++ {
		end := at + strings.IndexByte(f.Body[at:], '\n') + 1
		if end == at {
			end = len(f.Body)
		}
		text := f.Body[at:end]
		next, skip, err := f.roleLine(text, number)
		if err != nil {
			return err
		}
		isHistory := strings.TrimSpace(text) == "{{history}}" && f.input.Props["history"] == nil
		if next != "" || isHistory {
			if err := f.segment(role, named, f.Body[start:at], line); err != nil {
				return err
			}
			role, named, start, line = next, true, at+skip, number
		}
		if isHistory {
			f.segments = append(f.segments, segment{history: true, line: number})
			role, named, start = llm.RoleUser, false, end
		}
		at = end
	}
	if err := f.segment(role, named, f.Body[start:], line); err != nil {
		return err
	}
	return f.oneHistory()
}

func (f *File) oneHistory() *diag.Error {
	seen := false
	for _, s := range f.segments {
		if s.history && seen {
			return diag.At(f.Path, s.line, 1, "{{history}} is there twice")
		}
		seen = seen || s.history
	}
	return nil
}

// segment compiles the source of one message, without the rest of a role's line and the empty lines
// around it. What is left of white space at the edges is trimmed by the rendering.
func (f *File) segment(role llm.Role, named bool, source string, line int) *diag.Error {
	if strings.TrimSpace(source) == "" {
		return nil
	}
	first := line
	if named {
		source = strings.TrimLeft(source, " \t")
	}
	for strings.HasPrefix(source, "\n") {
		source, first = source[1:], first+1
	}
	text := strings.TrimRight(source, "\n")
	compile := func(text string) (*mustache.Template, error) {
		tmpl, err := mustache.Compile(text, first)
		if err == nil {
			tmpl.Scope = f
		}
		return tmpl, err
	}
	tmpl, err := compile(text + "\n")
	if err != nil {
		return f.syntax(err)
	}
	inline := sync.OnceValue(func() *mustache.Template {
		t, _ := compile(text) // it compiled with a newline
		return t
	})
	f.segments = append(f.segments, segment{role: role, named: named, tmpl: tmpl, inline: inline, line: line})
	return nil
}

func (f *File) syntax(err error) *diag.Error {
	var se *mustache.SyntaxError
	if errors.As(err, &se) {
		return diag.At(f.Path, se.Line, se.Column, "%s", se.Msg).WithHint("%s", se.Advice)
	}
	return diag.At(f.Path, 0, 0, "%w", err)
}

var roleNames = []string{"system", "user", "assistant", "model"}

// roleLine reads {{role "system"}} at the start of a line; skip is how many bytes of the line it takes.
func (f *File) roleLine(text string, number int) (role llm.Role, skip int, _ *diag.Error) {
	inner, ok := strings.CutPrefix(strings.TrimLeft(text, " \t"), "{{")
	indent := len(text) - len(inner) - 2
	if !ok {
		return "", 0, nil
	}
	body, rest, ok := strings.Cut(inner, "}}")
	words := strings.Fields(body)
	if !ok || len(words) == 0 || words[0] != "role" || len(words) == 1 {
		return "", 0, nil
	}
	name := strings.Join(words[1:], " ")
	if q := name[0]; (q == '"' || q == '\'') && len(name) > 1 && name[len(name)-1] == q {
		name = name[1 : len(name)-1]
	}
	skip = len(text) - len(rest)
	switch name {
	case "system", "user", "assistant":
		return llm.Role(name), skip, nil
	case "model": // dotprompt's word for it
		return llm.RoleAssistant, skip, nil
	}
	e := diag.At(f.Path, number, indent+1, "unknown role %.40q", name).WithHint("%s", diag.DidYouMean(name, roleNames))
	if e.Advice == "" {
		e.Advice = "roles are " + strings.Join(roleNames, ", ")
	}
	return "", 0, e
}

package mustache_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/mustache"
)

func TestRender(t *testing.T) {
	data := map[string]any{
		"name": "Ada", "yes": true, "no": false, "zero": 0, "empty": "", "none": []any{}, "null": nil,
		"list": []any{"a", "b"}, "html": "<&>", "tag": "{{name}}", "user": map[string]any{"name": "Bob", "tags": []any{map[string]any{"t": 1}, map[string]any{"t": 2}}},
	}
	for name, c := range map[string]struct{ source, want string }{
		"text":                 {"plain { } text", "plain { } text"},
		"variable":             {"{{name}} {{ name }} {{{name}}} {{&name}}", "Ada Ada Ada Ada"},
		"not escaped":          {"{{html}}", "<&>"},
		"not rendered again":   {"{{tag}}{{{tag}}}", "{{name}}{{name}}"},
		"missing":              {"[{{nothing}}{{user.nothing.more}}]", "[]"},
		"section":              {"{{#yes}}y{{/yes}}{{#no}}n{{/no}}{{#null}}n{{/null}}", "y"},
		"zero is a value":      {"{{#zero}}{{.}}{{/zero}}", "0"},
		"empty text is none":   {"{{#empty}}x{{/empty}}{{^empty}}y{{/empty}}", "y"},
		"empty list is none":   {"{{#none}}x{{/none}}{{^none}}y{{/none}}", "y"},
		"list":                 {"{{#list}}<{{.}}>{{/list}}", "<a><b>"},
		"list as a value":      {"{{list}}", `["a","b"]`},
		"inner name wins":      {"{{#user}}{{name}}{{/user}}", "Bob"},
		"outer name is found":  {"{{#user}}{{#tags}}{{name}}{{t}}{{/tags}}{{/user}}", "Bob1Bob2"},
		"standalone lines":     {"a\n  {{#yes}}\nb\n  {{/yes}}\nc", "a\nb\nc"},
		"two tags on a line":   {"a\n{{#yes}}{{/yes}}\nb", "a\n\nb"},
		"comment":              {"a{{! {{ }}b", "ab"},
		"delimiters":           {"{{=<% %>=}}<%name%> {{name}} <%={{ }}=%>{{name}}", "Ada {{name}} Ada"},
		"names with dashes":    {"{{user-name}}", ""},
		"unknown partial":      {"[{{>nothing}}]", "[]"},
		"media without an URL": {"[{{media url=nothing}}]", "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, render(t, c.source, data, nil)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSyntaxErrors(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"open tag":       {"ab\nçd {{x", "2:4: tag is never closed"},
		"open triple":    {"{{{x}}", "1:1: tag is never closed"},
		"no name":        {"{{ }}", "1:1: tag has no name"},
		"spaces":         {"{{a b}}", "1:1: tag \"a\" is not Mustache: a name has no spaces"},
		"empty part":     {"{{a..b}}", `1:1: name "a..b" has an empty part`},
		"open section":   {"\n{{#a}}{{#b}}{{/b}}", `2:1: section "a" is never closed`},
		"stray end":      {"x{{/a}}", "1:2: {{/a}} closes a section that is not open"},
		"crossed":        {"{{#a}}\n{{#b}}\n{{/a}}", `3:1: {{/a}} closes section "b" of line 2`},
		"delimiters":     {"{{=<%=}}", "1:1: a change of delimiters names two, without ="},
		"partial":        {"{{>a b}}", "1:1: a partial has one name"},
		"media":          {"{{media src=x}}", "1:1: {{media}} takes url and, optionally, contentType"},
		"media, literal": {"{{media url=\"x}}", "1:1: {{media}} takes url"},
		"deep":           {strings.Repeat("{{#a}}", 101), "sections are nested deeper than 100"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mustache.Compile(c.source, 1)
			var se *mustache.SyntaxError
			if !errors.As(err, &se) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	list := make([]any, 1000)
	data := map[string]any{"list": list, "long": strings.Repeat("x", 1000)}
	loop, err := mustache.Compile("{{>loop}}", 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		source string
		o      mustache.Options
	}{
		"bytes":       {"{{#list}}{{long}}{{/list}}", mustache.Options{Bytes: 100_000}},
		"steps":       {"{{#list}}{{#list}}x{{/list}}{{/list}}", mustache.Options{Steps: 100_000}},
		"empty steps": {"{{#list}}{{#list}}{{#list}}{{/list}}{{/list}}{{/list}}", mustache.Options{}},
		"depth":       {"{{>loop}}", mustache.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			tmpl, err := mustache.Compile(c.source, 1)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tmpl.Render(data, func(any, *mustache.Node) *mustache.Template { return loop }, c.o)
			if !errors.Is(err, mustache.ErrLimit) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// FuzzMustache: compiling and rendering never panic, and rendering is bounded.
func FuzzMustache(f *testing.F) {
	for _, s := range []string{"{{a}}", "{{#a}}{{b.c}}{{/a}}", "{{=| |=}}|a|", "{{{a}}}", "{{>p}}\n", "  {{>p}}\n{{^a}}x{{/a}}", "{{media url=a contentType=\"b\"}}", "{{! c }}", "{{#a}}\r\n{{/a}}\r\n"} {
		f.Add(s, "text {{a}}")
	}
	f.Fuzz(func(t *testing.T, source, partial string) {
		tmpl, err := mustache.Compile(source, 1)
		if err != nil {
			var se *mustache.SyntaxError
			if !errors.As(err, &se) || se.Line < 1 || se.Column < 1 {
				t.Fatalf("error %v without a place", err)
			}
			return
		}
		part, err := mustache.Compile(partial, 1)
		if err != nil {
			part = nil
		}
		data := map[string]any{"a": []any{"x", map[string]any{"b": 1.5}}, "b": map[string]any{"c": true}}
		pieces, err := tmpl.Render(data, func(any, *mustache.Node) *mustache.Template { return part }, mustache.Options{Bytes: 1 << 16, Steps: 10_000, Trim: true})
		if err != nil && !errors.Is(err, mustache.ErrLimit) {
			t.Fatal(err)
		}
		n := 0
		for _, p := range pieces {
			n += len(p.Text)
		}
		if n > 1<<16 {
			t.Fatalf("%d bytes", n)
		}
	})
}

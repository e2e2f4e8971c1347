package mustache

import (
	"fmt"
	"slices"
	"strings"
)

// named makes a node of a tag that holds a name, and refuses Handlebars with a word on what Mustache
// has instead.
func (p *parser) named(t tag) (Node, error) {
	line, col := p.position(t.start)
	n := Node{Kind: Variable, Text: t.body, Line: line, Column: col}
	fail := func(msg, advice string) (Node, error) {
		return n, &SyntaxError{Line: line, Column: col, Msg: msg, Advice: advice}
	}
	if t.body == "" {
		return fail("tag has no name", "")
	}
	words := strings.Fields(t.body)
	if t.sigil == 0 && words[0] == "media" && len(words) > 1 {
		return p.media(n)
	}
	if len(words) > 1 {
		return fail(fmt.Sprintf("tag %q is not Mustache: a name has no spaces", words[0]), handlebars(t.sigil, words))
	}
	if strings.HasPrefix(t.body, "@") || strings.HasPrefix(t.body, "../") {
		return fail(fmt.Sprintf("tag %q is Handlebars, not Mustache", t.body), "outer names are found without ../, and there is no index")
	}
	path, ok := splitName(t.body)
	if !ok {
		return fail(fmt.Sprintf("name %q has an empty part", t.body), "")
	}
	n.Path = path
	return n, nil
}

// handlebars says how to write a block helper in Mustache.
func handlebars(sigil byte, words []string) string {
	switch {
	case sigil == '#' && (words[0] == "if" || words[0] == "each" || words[0] == "with"):
		return fmt.Sprintf("write {{#%s}} … {{/%s}}", words[1], words[1])
	case sigil == '#' && words[0] == "unless":
		return fmt.Sprintf("write {{^%s}} … {{/%s}}", words[1], words[1])
	case words[0] == "role":
		return "a role stands alone at the start of its line, outside sections"
	}
	return "helpers with arguments are not supported"
}

// splitName splits a dotted name; "." is the current item and gives an empty path.
func splitName(name string) ([]string, bool) {
	if name == "." {
		return nil, true
	}
	path := strings.Split(name, ".")
	return path, !slices.Contains(path, "")
}

// media reads {{media url=photo contentType="image/png"}}.
func (p *parser) media(n Node) (Node, error) {
	n.Kind = Media
	rest := strings.TrimSpace(strings.TrimPrefix(n.Text, "media"))
	for rest != "" {
		key, after, ok := strings.Cut(rest, "=")
		arg, tail, ok2 := cutArg(after)
		if !ok || !ok2 {
			return n, mediaError(n)
		}
		switch strings.TrimSpace(key) {
		case "url":
			n.URL = arg
		case "contentType":
			n.MIME = arg
		default:
			return n, mediaError(n)
		}
		rest = strings.TrimSpace(tail)
	}
	if !n.URL.IsVar && n.URL.Literal == "" {
		return n, mediaError(n)
	}
	return n, nil
}

func mediaError(n Node) error {
	return &SyntaxError{
		Line: n.Line, Column: n.Column, Msg: "{{media}} takes url and, optionally, contentType",
		Advice: `write {{media url=photo}} or {{media url="https://…" contentType="image/png"}}`,
	}
}

// cutArg takes a quoted literal or a name off the front of s.
func cutArg(s string) (arg Arg, rest string, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return arg, "", false
	}
	if q := s[0]; q == '"' || q == '\'' {
		text, rest, ok := strings.Cut(s[1:], string(q))
		return Arg{Literal: text}, rest, ok
	}
	i := strings.IndexAny(s, " \t\r\n")
	if i < 0 {
		i = len(s)
	}
	path, ok := splitName(s[:i])
	return Arg{Path: path, IsVar: true}, s[i:], ok
}

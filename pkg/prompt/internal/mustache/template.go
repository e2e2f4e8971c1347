// Package mustache renders Mustache templates (mustache/spec) of prompts: values are plain data, nothing
// is escaped, nothing that was rendered is rendered again, and the size and the work of a rendering are
// bounded. Lambdas are left out on purpose.
//
// Compile a source once, then Render it as often as needed:
//
//	t, err := mustache.Compile("Hello {{name}}", 1)
//	pieces, err := t.Render(map[string]any{"name": "Ada"}, nil, mustache.Options{})
package mustache

import (
	"fmt"
	"strings"
	"sync"
)

// Kind tells the nodes of a template apart.
type Kind int

// The kinds of Node.
const (
	Literal  Kind = iota // Text stands for itself
	Variable             // the value of Path is put in
	Section              // Children are rendered once, or for each item of a list
	Inverted             // Children are rendered when the value is missing, false or empty
	Partial              // another template, called Text, is put in
	Media                // dotprompt's {{media url=…}}: an attachment, no text
)

// Node is a piece of a compiled template.
type Node struct {
	Kind     Kind
	Text     string   // the literal text, or the name as it was written
	Path     []string // the dotted name; empty means the current item, "{{.}}"
	Children []Node
	Alone    bool   // of a partial: nothing else is on its line, which therefore vanishes with its end
	Indent   string // white space that such a partial puts before each of its lines
	URL      Arg    // of Media
	MIME     Arg    // of Media; the zero Arg means that it was not given
	Line     int    // in the source, from 1 plus what Compile was told
	Column   int    // from 1, in characters
}

// Arg is an argument of {{media}}: a quoted literal, or the dotted name of a variable.
type Arg struct {
	Literal string
	Path    []string
	IsVar   bool
}

// Template is a compiled source. It is safe for concurrent use.
type Template struct {
	Nodes []Node
	// Scope is handed to the Lookup of partials, so that the same name can mean different templates in
	// different files. It is set before the first rendering.
	Scope  any
	source string
	line   int

	mu       sync.Mutex // guards indented
	indented map[string]*Template
}

// SyntaxError is a mistake in a template.
type SyntaxError struct {
	Line, Column int
	Msg, Advice  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Msg) }

// Compile parses source, whose first line has the number line. The error is a *SyntaxError.
func Compile(source string, line int) (*Template, error) {
	p := parser{src: source, line: line, open: "{{", close: "}}"}
	nodes, err := p.parse()
	if err != nil {
		return nil, err
	}
	return &Template{Nodes: nodes, source: source, line: line}, nil
}

// Source gives the text that the template was compiled from.
func (t *Template) Source() string { return t.source }

// withIndent gives the template that has indent before each line of its source, as the specification
// asks of a standalone partial. It is compiled once per indent.
func (t *Template) withIndent(indent string) (*Template, error) {
	if indent == "" {
		return t, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if in := t.indented[indent]; in != nil {
		return in, nil
	}
	var b strings.Builder
	for line := range strings.SplitAfterSeq(t.source, "\n") {
		if line != "" {
			b.WriteString(indent + line)
		}
	}
	in, err := Compile(b.String(), t.line)
	if err != nil {
		return nil, err
	}
	in.Scope = t.Scope
	if t.indented == nil {
		t.indented = map[string]*Template{}
	}
	t.indented[indent] = in
	return in, nil
}

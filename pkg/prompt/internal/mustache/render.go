package mustache

import (
	"errors"
	"fmt"
	"strings"
)

// Options shape a rendering. The numbers bound it; 0 means the default.
type Options struct {
	Bytes int // of the output; 8 MiB
	Steps int // nodes rendered; a million
	Depth int // partials within partials; 64
	// Trim drops empty lines at the start and white space at the end of the output, as far as they are
	// the template's own: the text of a value is never touched.
	Trim bool
}

// ErrLimit is what a rendering fails with that grows past its bounds.
var ErrLimit = errors.New("the rendering is past its limit")

// Piece is a part of the output: text, or an attachment.
type Piece struct {
	Text string
	URL  string // of an attachment; "" for text
	MIME string
}

// Lookup finds the partial that a node names in a template of this Scope; nil means that there is none,
// which renders as nothing.
type Lookup func(scope any, n *Node) *Template

// Render fills in data, which is made of string, bool, nil, int, int64, uint64, float64, json.Number,
// []any and map[string]any, and of nothing else. Texts that follow each other come as one Piece.
func (t *Template) Render(data any, partials Lookup, o Options) ([]Piece, error) {
	r := renderer{partials: partials, trim: o.Trim, first: -1, stack: make([]any, 1, 8), bytes: or(o.Bytes, 8<<20), steps: or(o.Steps, 1e6), depth: or(o.Depth, 64)}
	r.stack[0] = data
	r.scope = t.Scope
	r.text.Grow(len(t.source) + len(t.source)/2)
	if err := r.all(t.Nodes); err != nil {
		return nil, err
	}
	r.end()
	return r.out, nil
}

func or(n, byDefault int) int {
	if n == 0 {
		return byDefault
	}
	return n
}

type renderer struct {
	partials            Lookup
	scope               any   // of the template that is rendered just now
	stack               []any // the contexts, the innermost last
	text                strings.Builder
	out                 []Piece
	bytes, steps, depth int // what is left of the bounds
	trim                bool
	first               int // bytes of the output before the first value; -1 until that is known
	last                int // where in text the last value ends
}

func (r *renderer) all(nodes []Node) error {
	for i := range nodes {
		if err := r.node(&nodes[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *renderer) node(n *Node) error {
	if r.steps--; r.steps < 0 {
		return fmt.Errorf("%w of steps", ErrLimit)
	}
	switch n.Kind {
	case Literal:
		return r.write(n.Text)
	case Variable:
		return r.value(Text(r.find(n.Path)))
	case Section:
		return r.section(n, r.find(n.Path))
	case Inverted:
		if !truthy(r.find(n.Path)) {
			return r.all(n.Children)
		}
	case Partial:
		return r.partial(n)
	case Media:
		return r.media(n)
	}
	return nil
}

func (r *renderer) section(n *Node, v any) error {
	if !truthy(v) {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		return r.within(n, v)
	}
	for _, item := range list {
		if err := r.within(n, item); err != nil {
			return err
		}
	}
	return nil
}

func (r *renderer) within(n *Node, context any) error {
	if r.steps--; r.steps < 0 { // an empty section over a long list is work too
		return fmt.Errorf("%w of steps", ErrLimit)
	}
	r.stack = append(r.stack, context)
	err := r.all(n.Children)
	r.stack = r.stack[:len(r.stack)-1]
	return err
}

func (r *renderer) partial(n *Node) error {
	if r.partials == nil {
		return nil
	}
	t := r.partials(r.scope, n)
	if t == nil {
		return nil
	}
	if r.depth == 0 {
		return fmt.Errorf("%w of depth", ErrLimit)
	}
	t, err := t.withIndent(n.Indent)
	if err != nil {
		return err
	}
	outer := r.scope
	r.depth--
	r.scope = t.Scope
	err = r.all(t.Nodes)
	r.depth++
	r.scope = outer
	return err
}

func (r *renderer) media(n *Node) error {
	url := r.arg(n.URL)
	if url == "" { // an attachment that is optional and was not given
		return nil
	}
	if r.bytes -= len(url); r.bytes < 0 {
		return fmt.Errorf("%w of bytes", ErrLimit)
	}
	r.flush()
	r.out = append(r.out, Piece{URL: url, MIME: r.arg(n.MIME)})
	return nil
}

func (r *renderer) arg(a Arg) string {
	if a.IsVar {
		return Text(r.find(a.Path))
	}
	return a.Literal
}

func (r *renderer) write(s string) error {
	if r.bytes -= len(s); r.bytes < 0 {
		return fmt.Errorf("%w of bytes", ErrLimit)
	}
	r.text.WriteString(s)
	return nil
}

func (r *renderer) value(s string) error {
	if s != "" && r.first < 0 {
		r.first = r.text.Len()
	}
	err := r.write(s)
	if s != "" {
		r.last = r.text.Len()
	}
	return err
}

// end flushes what is left, trimmed.
func (r *renderer) end() {
	if !r.trim {
		r.flush()
		return
	}
	text := r.text.String()
	if r.first < 0 {
		r.first = len(text)
	}
	if text = text[:r.last+len(strings.TrimRight(text[r.last:], " \t\r\n"))]; text != "" {
		r.out = append(r.out, Piece{Text: text})
	}
	if len(r.out) == 0 || r.out[0].URL != "" {
		return
	}
	head := r.out[0].Text
	own := head[:min(len(head), r.first)]
	white := own[:len(own)-len(strings.TrimLeft(own, " \t\r\n"))]
	r.out[0].Text = head[strings.LastIndexByte(white, '\n')+1:] // the indent of the first line stays
}

func (r *renderer) flush() {
	if r.first < 0 {
		r.first = r.text.Len()
	}
	if r.text.Len() > 0 {
		r.out = append(r.out, Piece{Text: r.text.String()})
		r.text.Reset()
		r.last = 0
	}
}

// find looks the first part of a name up in the contexts from the innermost out, and the other parts
// only in what that gave.
func (r *renderer) find(path []string) any {
	if len(path) == 0 {
		return r.stack[len(r.stack)-1]
	}
	for i := len(r.stack) - 1; i >= 0; i-- {
		m, ok := r.stack[i].(map[string]any)
		if !ok {
			continue
		}
		v, ok := m[path[0]]
		if !ok {
			continue
		}
		for _, part := range path[1:] {
			m, _ := v.(map[string]any)
			v = m[part]
		}
		return v
	}
	return nil
}

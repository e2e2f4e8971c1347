package mustache

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of sections in a source.
const maxDepth = 100

// parser goes through the source once. A frame of its stack is a section that waits for its end.
type parser struct {
	src         string
	line        int // the number of the first line
	pos         int // the next byte to read
	open, close string
	stack       []frame
	nodes       []Node // of the innermost open section

	counted, lines, column int // the lines and, on the last one, the characters before byte counted
}

type frame struct {
	node  Node
	outer []Node
}

// tag is what stands between two delimiters.
type tag struct {
	sigil      byte // 0 for a plain variable
	body       string
	start, end int
}

func (p *parser) parse() ([]Node, error) {
	for {
		i := strings.Index(p.src[p.pos:], p.open)
		if i < 0 {
			p.literal(p.src[p.pos:])
			break
		}
		t, err := p.scan(p.pos + i)
		if err != nil {
			return nil, err
		}
		if err := p.take(t); err != nil {
			return nil, err
		}
	}
	if n := len(p.stack); n > 0 {
		f := p.stack[n-1]
		return nil, &SyntaxError{
			Line: f.node.Line, Column: f.node.Column,
			Msg:    fmt.Sprintf("section %q is never closed", f.node.Text),
			Advice: fmt.Sprintf("add {{/%s}}", f.node.Text),
		}
	}
	return p.nodes, nil
}

// scan reads the tag that starts at byte start.
func (p *parser) scan(start int) (tag, error) {
	in := start + len(p.open)
	end := p.close
	t := tag{start: start}
	if in < len(p.src) && strings.IndexByte("#^/>&!={", p.src[in]) >= 0 {
		t.sigil = p.src[in]
		in++
	}
	switch t.sigil {
	case '{':
		end = "}" + p.close
	case '=':
		end = "=" + p.close
	}
	i := strings.Index(p.src[in:], end)
	if i < 0 {
		return t, p.fail(start, "tag is never closed", "add "+end)
	}
	t.body, t.end = strings.TrimSpace(p.src[in:in+i]), in+i+len(end)
	return t, nil
}

// take adds the text before the tag and then the tag itself.
func (p *parser) take(t tag) error {
	before, next, indent, alone := p.src[p.pos:t.start], t.end, "", false
	if strings.IndexByte("#^/>!=", t.sigil) >= 0 && t.sigil != 0 {
		if lineStart, lineEnd, ok := p.standalone(t); ok {
			indent, alone = p.src[lineStart:t.start], true
			before, next = before[:len(before)-len(indent)], lineEnd
		}
	}
	p.literal(before)
	p.pos = next
	switch t.sigil {
	case '!':
		return nil
	case '=':
		return p.delimiters(t)
	case '/':
		return p.end(t)
	case '#', '^':
		return p.section(t)
	case '>':
		return p.partial(t, indent, alone)
	}
	return p.variable(t)
}

// standalone tells whether the tag is alone on its line, and where that line begins and ends. Such a
// line vanishes from the output.
func (p *parser) standalone(t tag) (lineStart, lineEnd int, ok bool) {
	lineStart = p.pos + strings.LastIndexByte(p.src[p.pos:t.start], '\n') + 1
	if lineStart == p.pos && p.pos > 0 && p.src[p.pos-1] != '\n' {
		return 0, 0, false // a tag stands before it
	}
	if strings.Trim(p.src[lineStart:t.start], " \t") != "" {
		return 0, 0, false
	}
	rest := strings.TrimLeft(p.src[t.end:], " \t")
	lineEnd = len(p.src) - len(rest)
	switch {
	case rest == "":
	case strings.HasPrefix(rest, "\n"):
		lineEnd++
	case strings.HasPrefix(rest, "\r\n"):
		lineEnd += 2
	default:
		return 0, 0, false
	}
	return lineStart, lineEnd, true
}

func (p *parser) literal(text string) {
	if text != "" {
		p.nodes = append(p.nodes, Node{Kind: Literal, Text: text})
	}
}

// delimiters handles {{=<% %>=}}.
func (p *parser) delimiters(t tag) error {
	f := strings.Fields(t.body)
	if len(f) != 2 || strings.Contains(t.body, "=") {
		return p.fail(t.start, "a change of delimiters names two, without =", "write {{=<% %>=}}")
	}
	p.open, p.close = f[0], f[1]
	return nil
}

func (p *parser) section(t tag) error {
	n, err := p.named(t)
	if err != nil {
		return err
	}
	n.Kind = Section
	if t.sigil == '^' {
		n.Kind = Inverted
	}
	if len(p.stack) >= maxDepth {
		return p.fail(t.start, fmt.Sprintf("sections are nested deeper than %d", maxDepth), "")
	}
	p.stack = append(p.stack, frame{node: n, outer: p.nodes})
	p.nodes = nil
	return nil
}

func (p *parser) end(t tag) error {
	last := len(p.stack) - 1
	if last < 0 {
		return p.fail(t.start, fmt.Sprintf("{{/%s}} closes a section that is not open", t.body), "")
	}
	f := p.stack[last]
	if f.node.Text != t.body {
		return p.fail(t.start, fmt.Sprintf("{{/%s}} closes section %q of line %d", t.body, f.node.Text, f.node.Line),
			fmt.Sprintf("write {{/%s}}", f.node.Text))
	}
	f.node.Children = p.nodes
	p.nodes = append(f.outer, f.node)
	p.stack = p.stack[:last]
	return nil
}

func (p *parser) partial(t tag, indent string, alone bool) error {
	line, col := p.position(t.start)
	if t.body == "" || strings.ContainsAny(t.body, " \t\r\n") {
		return p.fail(t.start, "a partial has one name", "write {{>name}}")
	}
	p.nodes = append(p.nodes, Node{Kind: Partial, Text: t.body, Alone: alone, Indent: indent, Line: line, Column: col})
	return nil
}

func (p *parser) variable(t tag) error {
	n, err := p.named(t)
	if err != nil {
		return err
	}
	p.nodes = append(p.nodes, n)
	return nil
}

// position gives the line and the column of a byte. Positions are asked for in rising order.
func (p *parser) position(at int) (line, column int) {
	if at > p.counted {
		passed := p.src[p.counted:at]
		if i := strings.LastIndexByte(passed, '\n'); i >= 0 {
			p.lines += strings.Count(passed, "\n")
			p.column, passed = 0, passed[i+1:]
		}
		p.column += utf8.RuneCountInString(passed)
		p.counted = at
	}
	return p.line + p.lines, p.column + 1
}

func (p *parser) fail(at int, msg, advice string) error {
	line, col := p.position(at)
	return &SyntaxError{Line: line, Column: col, Msg: msg, Advice: advice}
}

package jsonpath

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error is a mistake in a path. Column counts characters from 1.
type Error struct {
	Column int
	Msg    string
}

func (e *Error) Error() string { return fmt.Sprintf("character %d: %s", e.Column, e.Msg) }

// maxDepth bounds nested filters and parentheses.
const maxDepth = 50

// Parse reads a path such as $.items[?@.price < 10].name. The error is an *Error.
func Parse(text string) (*Path, error) {
	p := &parser{text: text}
	if !p.take("$") {
		return nil, p.fail("a path begins with $")
	}
	segments, err := p.segments()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.text) {
		return nil, p.fail("want .name, [index] or the end")
	}
	return &Path{segments}, nil
}

type parser struct {
	text  string
	at    int
	depth int
}

func (p *parser) fail(format string, args ...any) error {
	return &Error{utf8.RuneCountInString(p.text[:p.at]) + 1, fmt.Sprintf(format, args...)}
}

func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.text[p.at:], s) {
		p.at += len(s)
		return true
	}
	return false
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) blank() {
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r", p.text[p.at]) >= 0 {
		p.at++
	}
}

// segments reads as many as there are. White space before one is allowed.
func (p *parser) segments() ([]segment, error) {
	var list []segment
	for {
		before := p.at
		p.blank()
		var s segment
		var err error
		switch {
		case p.take(".."):
			s.descend = true
			if p.peek() == '[' {
				s.selectors, err = p.bracket()
			} else {
				s.selectors, err = p.dotted()
			}
		case p.take("."):
			s.selectors, err = p.dotted()
		case p.peek() == '[':
			s.selectors, err = p.bracket()
		default:
			p.at = before
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
}

// dotted reads a name or a * behind a point.
func (p *parser) dotted() ([]selector, error) {
	if p.take("*") {
		return []selector{wildcard{}}, nil
	}
	start := p.at
	for p.at < len(p.text) && nameByte(p.text[p.at], p.at > start) {
		p.at++
	}
	if p.at == start {
		return nil, p.fail("want a name or *")
	}
	return []selector{name(p.text[start:p.at])}, nil
}

func nameByte(c byte, inside bool) bool {
	return c == '_' || c >= utf8.RuneSelf || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || inside && '0' <= c && c <= '9'
}

// bracket reads [selector, …].
func (p *parser) bracket() ([]selector, error) {
	p.at++
	var list []selector
	for {
		p.blank()
		s, err := p.selector()
		if err != nil {
			return nil, err
		}
		list = append(list, s)
		p.blank()
		if p.take("]") {
			return list, nil
		}
		if !p.take(",") {
			return nil, p.fail("want , or ]")
		}
	}
}

func (p *parser) selector() (selector, error) {
	switch c := p.peek(); {
	case c == '*':
		p.at++
		return wildcard{}, nil
	case c == '\'' || c == '"':
		s, err := p.quoted()
		return name(s), err
	case c == '?':
		p.at++
		p.blank()
		cond, err := p.condition()
		return filter{cond}, err
	}
	return p.indexOrSlice()
}

func (p *parser) indexOrSlice() (selector, error) {
	start, err := p.integer()
	if err != nil {
		return nil, err
	}
	before := p.at
	p.blank()
	if !p.take(":") {
		p.at = before
		if start == nil {
			return nil, p.fail("want a name in quotes, an index, a slice, * or ?")
		}
		return index(*start), nil
	}
	s := slice{start: start, step: 1}
	p.blank()
	if s.end, err = p.integer(); err != nil {
		return nil, err
	}
	p.blank()
	if p.take(":") {
		p.blank()
		step, err := p.integer()
		if err != nil {
			return nil, err
		}
		if step != nil {
			s.step = *step
		}
	}
	return s, nil
}

// integer reads one that is there, or gives nil. Its range is that of exact numbers in JSON.
func (p *parser) integer() (*int, error) {
	start := p.at
	p.take("-")
	for '0' <= p.peek() && p.peek() <= '9' {
		p.at++
	}
	text := p.text[start:p.at]
	if text == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(text)
	digits := strings.TrimPrefix(text, "-")
	if err != nil || n > 1<<53-1 || n < -(1<<53-1) || len(digits) > 1 && digits[0] == '0' || text == "-0" {
		p.at = start
		return nil, p.fail("%s is no index", text)
	}
	return &n, nil
}

package jsonpath

import (
	"encoding/json"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// condition reads a || b.
func (p *parser) condition() (condition, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("nested too deeply")
	}
	defer func() { p.depth-- }()
	var list or
	for {
		c, err := p.conjunction()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
		p.blank()
		if !p.take("||") {
			return list, nil
		}
		p.blank()
	}
}

func (p *parser) conjunction() (condition, error) {
	var list and
	for {
		c, err := p.basic()
		if err != nil {
			return nil, err
		}
		list = append(list, c)
		p.blank()
		if !p.take("&&") {
			return list, nil
		}
		p.blank()
	}
}

// basic reads a comparison, a test, a negation or what is in parentheses.
func (p *parser) basic() (condition, error) {
	negated := false
	if p.peek() == '!' {
		p.at++
		p.blank()
		negated = true
	}
	c, err := p.positive(negated)
	if negated && err == nil {
		c = not{c}
	}
	return c, err
}

func (p *parser) positive(negated bool) (condition, error) {
	if p.take("(") {
		p.blank()
		c, err := p.condition()
		if err != nil {
			return nil, err
		}
		p.blank()
		if !p.take(")") {
			return nil, p.fail("want )")
		}
		return c, nil
	}
	start := p.at
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.blank()
	operator := p.operator()
	if operator == "" || negated {
		switch x := left.(type) {
		case query:
			return test{x}, nil
		case call:
			if x.pattern != nil {
				return x, nil
			}
		}
		return nil, p.fail("want a comparison")
	}
	p.blank()
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	for _, o := range []operand{left, right} {
		if !oneValue(o) {
			p.at = start
			return nil, p.fail("a comparison takes literals, functions and queries that lead to one value")
		}
	}
	return comparison{left, right, operator}, nil
}

func oneValue(o operand) bool {
	switch x := o.(type) {
	case query:
		return x.singular()
	case call:
		return x.pattern == nil
	}
	return true
}

func (p *parser) operator() string {
	for _, s := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if p.take(s) {
			return s
		}
	}
	return ""
}

func (p *parser) operand() (operand, error) {
	switch c := p.peek(); {
	case c == '@' || c == '$':
		return p.query()
	case c == '\'' || c == '"':
		s, err := p.quoted()
		return literal{s}, err
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	}
	start := p.at
	for 'a' <= p.peek() && p.peek() <= 'z' {
		p.at++
	}
	switch word := p.text[start:p.at]; word {
	case "true":
		return literal{true}, nil
	case "false":
		return literal{false}, nil
	case "null":
		return literal{nil}, nil
	case "length", "count", "value", "match", "search":
		return p.call(word)
	}
	p.at = start
	return nil, p.fail("want @, $, a literal, or one of length, count, value, match and search")
}

func (p *parser) query() (query, error) {
	absolute := p.peek() == '$'
	p.at++
	if p.depth++; p.depth > maxDepth {
		return query{}, p.fail("nested too deeply")
	}
	defer func() { p.depth-- }()
	segments, err := p.segments()
	return query{absolute, segments}, err
}

func (p *parser) call(function string) (operand, error) {
	if !p.take("(") {
		return nil, p.fail("want ( behind %s", function)
	}
	p.blank()
	f := call{function: function}
	argument, err := p.operand()
	if err != nil {
		return nil, err
	}
	q, isQuery := argument.(query)
	switch {
	case (function == "count" || function == "value") && !isQuery:
		return nil, p.fail("%s takes a query", function)
	case function != "count" && function != "value" && !oneValue(argument):
		return nil, p.fail("%s takes a value", function)
	}
	f.query, f.argument = q, argument
	p.blank()
	if function == "match" || function == "search" {
		if !p.take(",") {
			return nil, p.fail("%s takes a text and a pattern", function)
		}
		p.blank()
		if f.pattern, err = p.operand(); err != nil {
			return nil, err
		}
		if text, ok := f.pattern.(literal); ok {
			if s, isText := text.v.(string); isText {
				if _, err := compile(function, s); err != nil {
					return nil, p.fail("%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
				}
			}
		}
		p.blank()
	}
	if !p.take(")") {
		return nil, p.fail("want )")
	}
	return f, nil
}

func (p *parser) number() (operand, error) {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte("0123456789+-.eE", p.text[p.at]) >= 0 {
		p.at++
	}
	v, err := metric.ReadJSON(p.text[start:p.at])
	if err != nil {
		p.at = start
		return nil, p.fail("not a number")
	}
	return literal{v}, nil
}

// quoted reads a string in single or double quotes, with the escapes of JSON.
func (p *parser) quoted() (string, error) {
	quote, start := p.peek(), p.at
	var b strings.Builder
	b.WriteByte('"')
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == quote:
			p.at++
			b.WriteByte('"')
			var s string
			if err := json.Unmarshal([]byte(b.String()), &s); err != nil {
				p.at = start
				return "", p.fail("a string with a bad escape or a control character")
			}
			return s, nil
		case c == '\\' && p.at+1 < len(p.text) && p.text[p.at+1] == '\'' && quote == '\'':
			p.at++
			b.WriteByte('\'')
		case c == '\\' && p.at+1 < len(p.text):
			b.WriteString(p.text[p.at : p.at+2])
			p.at++
		case c == '"':
			b.WriteString(`\"`)
		default:
			b.WriteByte(c)
		}
	}
	p.at = start
	return "", p.fail("the string does not end")
}

package prompt

import (
	"strings"
)

// convert writes one Handlebars tag as Mustache.
func (c *converter) convert(body, whole string) error {
	words := strings.Fields(body)
	switch {
	case strings.HasPrefix(body, "!"):
		return nil // a comment
	case body == "":
		return c.fail("tag is empty")
	case body[0] == '{':
		return c.variable(strings.TrimSpace(strings.Trim(body, "{}")))
	case body[0] == '&':
		return c.variable(strings.TrimSpace(body[1:]))
	case body[0] == '>':
		return c.partial(strings.Fields(body[1:]))
	case body[0] == '#':
		return c.begin(strings.Fields(body[1:]))
	case body[0] == '^' && len(body) > 1:
		return c.begin([]string{"unless", strings.TrimSpace(body[1:])})
	case body[0] == '/':
		return c.end(strings.TrimSpace(body[1:]))
	case body == "else" || body == "^":
		return c.otherwise()
	case words[0] == "role" && len(words) == 2:
		if s := c.out.String(); s != "" && !strings.HasSuffix(s, "\n") {
			c.out.WriteString("\n")
		}
		c.out.WriteString(whole)
		return nil
	case words[0] == "history":
		c.out.WriteString("{{history}}")
		return nil
	case words[0] == "media":
		c.out.WriteString("{{" + strings.ReplaceAll(body, "=this", "=.") + "}}")
		return nil
	case words[0] == "section":
		c.warn("{{section}} has no counterpart and was left out")
		return nil
	case words[0] == "json" && len(words) >= 2:
		c.warn("{{json}} writes text in quotes, {{" + words[1] + "}} does not")
		return c.variable(words[1])
	case len(words) > 1:
		return c.fail("helper %q has no counterpart in Mustache", words[0])
	}
	return c.variable(body)
}

// name turns a Handlebars path into a Mustache name.
func (c *converter) name(path string) (string, error) {
	for strings.HasPrefix(path, "../") {
		path = path[3:]
		c.warn("../ was dropped: Mustache finds outer names by itself, unless an inner one has the same name")
	}
	path = strings.TrimPrefix(strings.TrimPrefix(path, "this."), "./")
	switch {
	case path == "this" || path == ".":
		return ".", nil
	case strings.HasPrefix(path, "@root."):
		return path[len("@root."):], nil
	case strings.HasPrefix(path, "@"):
		return "", c.fail("%q has no counterpart in Mustache", path)
	case strings.ContainsAny(path, "/[]()\"'="):
		return "", c.fail("%.40q has no counterpart in Mustache", path)
	}
	return path, nil
}

func (c *converter) variable(path string) error {
	name, err := c.name(path)
	if err == nil {
		c.out.WriteString("{{" + name + "}}")
	}
	return err
}

func (c *converter) partial(words []string) error {
	if len(words) != 1 {
		return c.fail("a partial with arguments has no counterpart in Mustache")
	}
	name := NameFrom(words[0])
	if name != words[0] {
		c.warn("the partial " + words[0] + " became " + name)
	}
	c.out.WriteString("{{>" + name + "}}")
	return nil
}

func (c *converter) begin(words []string) error {
	switch len(words) {
	case 0:
		return c.fail("a block has no name")
	case 1:
		words = []string{"with", words[0]} // a section as Mustache has it
	}
	if len(words) != 2 {
		return c.fail("{{#%s}} with arguments has no counterpart in Mustache", words[0])
	}
	b := block{helper: words[0], line: c.line}
	switch words[0] {
	case "if", "each", "with":
	case "unless":
		b.inverted = true
	default:
		return c.fail("helper %q has no counterpart in Mustache", words[0])
	}
	var err error
	if b.name, err = c.name(words[1]); err != nil {
		return err
	}
	if b.helper == "if" {
		c.warn("{{#if " + words[1] + "}} became {{#" + b.name + "}}, which repeats its content when the value is a list")
	}
	c.open = append(c.open, b)
	c.mark(b, "")
	return nil
}

func (c *converter) mark(b block, slash string) {
	sigil := "#"
	if b.inverted {
		sigil = "^"
	}
	if slash != "" {
		sigil = slash
	}
	c.out.WriteString("{{" + sigil + b.name + "}}")
}

func (c *converter) otherwise() error {
	n := len(c.open)
	if n == 0 {
		return c.fail("{{else}} stands in no block")
	}
	b := &c.open[n-1]
	c.mark(*b, "/")
	b.inverted = !b.inverted
	c.mark(*b, "")
	return nil
}

func (c *converter) end(name string) error {
	n := len(c.open)
	if n == 0 {
		return c.fail("{{/%s}} closes nothing", name)
	}
	c.mark(c.open[n-1], "/")
	c.open = c.open[:n-1]
	return nil
}

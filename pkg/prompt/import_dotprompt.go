package prompt

import (
	"maps"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// ImportDotprompt makes version 1.0.0 of a .prompt file. Its Handlebars become Mustache as far as that
// goes; what has no counterpart is an error (a helper) or a warning (a setting). name is used when the
// front matter has none.
func ImportDotprompt(file, name string, data []byte) (*Imported, error) {
	text, de := normalise(file, data)
	if de != nil {
		return nil, de
	}
	front, body, line, de := split(file, text)
	if de != nil {
		return nil, de
	}
	im := &Imported{File: &File{Path: file, Name: name, Version: "1.0.0", Description: "Imported from " + path.Base(file)}}
	d := decoder{file: file, offset: 1, places: places{}}
	if top := d.document(front); top != nil {
		d.dotprompt(im, top, name)
	}
	if len(d.errs) > 0 {
		return nil, d.errs[0]
	}
	converted, err := fromHandlebars(file, body, line, im.warn)
	if err != nil {
		return nil, err
	}
	im.File.Body, im.File.BodyLine = converted, line
	return im, im.finish(file)
}

// dotprompt reads the front matter, keeping what it does not know under metadata.dotprompt.
func (d *decoder) dotprompt(im *Imported, top *yaml.Node, name string) {
	f := im.File
	rest := map[string]any{}
	d.pairs(top, "", func(key, value *yaml.Node) {
		switch key.Value {
		case "name":
			var own string
			d.text(&own, "name")(value)
			if f.Name = NameFrom(own); f.Name == "" {
				f.Name = name
			}
			if f.Name != own {
				im.warn("the name " + own + " became " + f.Name)
			}
		case "description":
			d.text(&f.Description, "description")(value)
		case "model":
			d.text(&f.Model, "model")(value)
			f.Model = modelRef(f.Model, im)
		case "config":
			im.config(d, value)
		case "input":
			d.input(&f.Input, value)
		case "output":
			d.output(&f.Output, value)
		case "metadata":
			d.object(&f.Metadata, "metadata")(value)
		default:
			rest[key.Value] = d.value(value, key.Value)
		}
	})
	if len(rest) == 0 {
		return
	}
	if f.Metadata == nil {
		f.Metadata = map[string]any{}
	}
	f.Metadata["dotprompt"] = rest
	im.warn("kept under metadata.dotprompt, without effect: " + strings.Join(slices.Sorted(maps.Keys(rest)), ", "))
}

// config reads the keys that we have, and passes the others on as options.
func (im *Imported) config(d *decoder, n *yaml.Node) {
	known := &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}
	if n.Kind != yaml.MappingNode {
		known = n
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if slices.Contains(configKeys[:], key.Value) {
			known.Content = append(known.Content, key, value)
			continue
		}
		if im.File.Options == nil {
			im.File.Options = map[string]any{}
		}
		im.File.Options[key.Value] = d.value(value, "config."+key.Value)
		im.warn("config." + key.Value + " is passed on to the provider as an option")
	}
	d.config(&im.File.Config, known)
}

// modelRef makes provider/model of what other tools write.
func modelRef(model string, im *Imported) string {
	provider, name, ok := strings.Cut(model, "/")
	switch {
	case model == "":
		return ""
	case ok && (provider == "googleai" || provider == "vertexai" || provider == "google"):
		return "gemini/" + name
	case ok:
		return model
	case strings.HasPrefix(model, "gpt-"), strings.HasPrefix(model, "chatgpt-"), len(model) > 1 && model[0] == 'o' && model[1] >= '1' && model[1] <= '9':
		return "openai/" + model
	case strings.HasPrefix(model, "claude"):
		return "anthropic/" + model
	case strings.HasPrefix(model, "gemini"):
		return "gemini/" + model
	}
	im.warn("the provider of model " + model + " is not known: openai is assumed")
	return "openai/" + model
}

// fromHandlebars turns dotprompt's Handlebars into Mustache.
func fromHandlebars(file, body string, line int, warn func(string)) (string, error) {
	c := converter{file: file, rest: body, line: line, warn: warn}
	for {
		i := strings.Index(c.rest, "{{")
		if i < 0 {
			c.out.WriteString(c.rest)
			break
		}
		c.text(c.rest[:i])
		if err := c.tag(); err != nil {
			return "", err
		}
	}
	if n := len(c.open); n > 0 {
		return "", diag.At(file, c.open[n-1].line, 1, "{{#%s}} is never closed", c.open[n-1].helper)
	}
	return c.out.String(), nil
}

type converter struct {
	file string
	rest string
	line int
	out  strings.Builder
	open []block
	warn func(string)
}

// block is an open Handlebars block; name is the variable behind it.
type block struct {
	helper, name string
	inverted     bool // what is rendered now is the else part, or unless
	line         int
}

func (c *converter) text(s string) {
	c.out.WriteString(s)
	c.line += strings.Count(s, "\n")
	c.rest = c.rest[len(s):]
}

func (c *converter) fail(format string, args ...any) error {
	return diag.At(c.file, c.line, 1, format, args...).WithHint("write it in Mustache, or leave it out and import again")
}

// tag converts the tag at the start of rest.
func (c *converter) tag() error {
	end := "}}"
	switch {
	case strings.HasPrefix(c.rest, "{{!--"), strings.HasPrefix(c.rest, "{{~!--"):
		end = "--}}"
	case strings.HasPrefix(c.rest, "{{{"):
		end = "}}}"
	}
	inner, after, ok := strings.Cut(c.rest[2:], end)
	if !ok {
		return c.fail("tag is never closed")
	}
	whole := c.rest[:2+len(inner)+len(end)]
	before, trimsBefore := strings.CutPrefix(inner, "~")
	body, trimsAfter := strings.CutSuffix(before, "~")
	if trimsBefore {
		kept := strings.TrimRight(c.out.String(), " \t\n")
		c.out.Reset()
		c.out.WriteString(kept)
	}
	if err := c.convert(strings.TrimSpace(body), whole); err != nil {
		return err
	}
	c.line += strings.Count(whole, "\n")
	c.rest = after
	if trimsAfter {
		kept := strings.TrimLeft(after, " \t\n")
		c.line += strings.Count(after[:len(after)-len(kept)], "\n")
		c.rest = kept
	}
	return nil
}

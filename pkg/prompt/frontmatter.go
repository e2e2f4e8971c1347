package prompt

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// frontMatter reads all keys of a prompt version into f.
func (d *decoder) frontMatter(f *File, text string) {
	top := d.document(text)
	if top == nil {
		return
	}
	d.mapping(top, "",
		field{"name", d.text(&f.Name, "name")},
		field{"version", d.text(&f.Version, "version")},
		field{"description", d.text(&f.Description, "description")},
		field{"changelog", d.text(&f.Changelog, "changelog")},
		field{"model", d.text(&f.Model, "model")},
		field{"config", func(n *yaml.Node) { d.config(&f.Config, n) }},
		field{"input", func(n *yaml.Node) { d.input(&f.Input, n) }},
		field{"output", func(n *yaml.Node) { d.output(&f.Output, n) }},
		field{"partials", d.texts(&f.Partials, "partials")},
		field{"tools", func(n *yaml.Node) { d.tools(&f.Tools, n) }},
		field{"options", d.object(&f.Options, "options")},
		field{"metadata", d.object(&f.Metadata, "metadata")},
	)
	d.identity(f)
}

// identity checks the name and the version for themselves.
func (d *decoder) identity(f *File) {
	if f.Name != "" && !validName(f.Name) {
		e := CheckName(f.Name)
		d.failAt("name", "%v", e).WithHint("names are lower-case words with dashes: customer-support")
	}
	if f.Version != "" {
		if _, err := semver.StrictNewVersion(f.Version); err != nil {
			d.failAt("version", "%.40q is not a semantic version", f.Version).WithHint("versions look like 1.2.0 or 2.0.0-rc.1")
		}
	}
	for i, p := range f.Partials {
		if _, err := ParseRef(p); err != nil {
			d.failAt(fmt.Sprintf("partials.%d", i), "%v", err)
		}
	}
}

// failAt is fail for a field whose place was remembered.
func (d *decoder) failAt(path, format string, args ...any) *diag.Error {
	p := d.places[path]
	return d.fail(&yaml.Node{Line: p.line - d.offset, Column: p.column}, format, args...)
}

func (d *decoder) config(c *Config, n *yaml.Node) {
	var topK, seed, most int64
	d.mapping(n, "config",
		field{"temperature", d.float(&c.Temperature, "temperature", 0, 2)},
		field{"topP", d.float(&c.TopP, "topP", 0, 1)},
		field{"topK", func(n *yaml.Node) { d.integer(&topK, "topK", 1)(n); c.TopK = &topK }},
		field{"maxOutputTokens", d.integer(&most, "maxOutputTokens", 1)},
		field{"stopSequences", d.texts(&c.StopSequences, "config.stopSequences")},
		field{"seed", func(n *yaml.Node) { d.integer(&seed, "seed", -1<<63)(n); c.Seed = &seed }},
		field{"presencePenalty", d.float(&c.PresencePenalty, "presencePenalty", -2, 2)},
		field{"frequencyPenalty", d.float(&c.FrequencyPenalty, "frequencyPenalty", -2, 2)},
		field{"toolChoice", d.text(&c.ToolChoice, "toolChoice")},
	)
	c.MaxOutputTokens = int(most)
	for i, s := range c.StopSequences {
		if s == "" {
			d.failAt(fmt.Sprintf("config.stopSequences.%d", i), "a stop sequence must not be empty")
		}
	}
}

func (d *decoder) input(in *Input, n *yaml.Node) {
	d.mapping(n, "input",
		field{"schema", func(n *yaml.Node) { in.Schema = d.schema(n, "input.schema") }},
		field{"default", d.object(&in.Default, "input.default")},
	)
}

func (d *decoder) output(out *Output, n *yaml.Node) {
	d.mapping(n, "output",
		field{"format", d.text(&out.Format, "output.format")},
		field{"schema", func(n *yaml.Node) { out.Schema = d.schema(n, "output.schema") }},
		field{"strict", d.boolean(&out.Strict, "output.strict")},
	)
	switch {
	case !slices.Contains([]string{"", "text", "json"}, out.Format):
		d.failAt("output.format", "unknown output format %.40q", out.Format).WithHint("formats are text and json")
	case out.Format == "text" && out.Schema != nil:
		d.failAt("output.format", "an answer in text has no schema").WithHint("write format: json")
	}
}

// schema reads Picoschema or JSON Schema, and remembers where the variables of an object stand.
func (d *decoder) schema(n *yaml.Node, path string) json.RawMessage {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" && n.Value == "" {
		return nil
	}
	doc, err := schema.FromYAML(n)
	if err != nil {
		d.take(err)
		return nil
	}
	if _, err := schema.Parse(doc); err != nil {
		d.fail(n, "%s: %v", path, err)
		return nil
	}
	for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
		key := n.Content[i]
		if key.Value == "properties" && n.Content[i+1].Kind == yaml.MappingNode {
			d.propertyPlaces(n.Content[i+1], path)
		}
		name, _, _ := strings.Cut(key.Value, "(")
		d.remember(schema.Join(path, strings.TrimSuffix(strings.TrimSpace(name), "?")), key)
	}
	return doc
}

func (d *decoder) propertyPlaces(n *yaml.Node, path string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		d.remember(schema.Join(path, n.Content[i].Value), n.Content[i])
	}
}

func (d *decoder) remember(path string, n *yaml.Node) {
	if _, ok := d.places[path]; !ok {
		d.places[path] = place{n.Line + d.offset, n.Column}
	}
}

func (d *decoder) tools(to *[]llm.Tool, n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		d.fail(n, "tools must be a list")
		return
	}
	for i, item := range n.Content {
		if item.Kind == yaml.ScalarNode {
			d.fail(item, "tool %.60q has no definition", item.Value).WithHint("write {name: %s, description: …, parameters: {city: string}}", item.Value)
			continue
		}
		var t llm.Tool
		path := fmt.Sprintf("tools.%d", i)
		d.mapping(item, path,
			field{"name", d.text(&t.Name, "name")},
			field{"description", d.text(&t.Description, "description")},
			field{"parameters", func(n *yaml.Node) { t.Parameters = d.schema(n, path+".parameters") }},
			field{"strict", d.boolean(&t.Strict, "strict")},
		)
		if !validTool(t.Name) {
			d.fail(item, "a tool needs a name of letters, digits, _ and -, at most 64")
		}
		*to = append(*to, t)
	}
}

// validTool holds for the names that all providers take.
func validTool(name string) bool {
	return name != "" && len(name) <= 64 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

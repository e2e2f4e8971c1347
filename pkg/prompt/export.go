package prompt

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Exported is a version in another form: files by name, and what that form has no words for.
type Exported struct {
	Files    map[string][]byte
	Warnings []string
}

// ExportDotprompt writes a version as dotprompt: name.prompt, and _partial.prompt for each partial, as
// dotprompt names them. Its Mustache is Handlebars too, but for the current item and change of delimiters.
func ExportDotprompt(v *Version) (*Exported, error) {
	out := &Exported{Files: map[string][]byte{}}
	for _, f := range v.files() {
		name := "_" + f.Name + ".prompt"
		c := *f
		c.Partials, c.Changelog, c.Version, c.Options, c.Output.Strict = nil, "", "", nil, false
		c.Metadata = maps.Clone(f.Metadata)
		if c.Metadata == nil {
			c.Metadata = map[string]any{}
		}
		c.Metadata["version"] = f.Version
		if f == v.File {
			name = f.Name + ".prompt"
			if len(f.Options) > 0 {
				out.Warnings = append(out.Warnings, "options have no place in dotprompt and were left out")
			}
		}
		if len(c.Tools) > 0 {
			out.Warnings = append(out.Warnings, "tools are named in dotprompt and defined in code: they were left out")
			c.Tools = nil
		}
		if strings.Contains(f.Body, "{{=") {
			out.Warnings = append(out.Warnings, f.Name+" changes delimiters, which Handlebars cannot")
		}
		c.Body = strings.NewReplacer("{{.}}", "{{this}}", "{{#.}}", "{{#each this}}", "{{/.}}", "{{/each}}", "{{ . }}", "{{this}}", "url=.", "url=this").Replace(f.Body)
		text, err := c.Bytes()
		if err != nil {
			return nil, err
		}
		out.Files[name] = text
	}
	slices.Sort(out.Warnings)
	out.Warnings = slices.Compact(out.Warnings)
	return out, nil
}

// exportJSON is the form of ExportJSON.
type exportJSON struct {
	Schema      string          `json:"schema"`
	Name        string          `json:"name"`
	Version     string          `json:"version"`
	SHA256      string          `json:"sha256"`
	Description string          `json:"description,omitempty"`
	Changelog   string          `json:"changelog,omitempty"`
	Model       string          `json:"model,omitempty"`
	Config      map[string]any  `json:"config,omitempty"`
	Input       json.RawMessage `json:"input_schema"`
	Default     map[string]any  `json:"input_default,omitempty"`
	Format      string          `json:"output_format,omitempty"`
	Output      json.RawMessage `json:"output_schema,omitempty"`
	Tools       []llm.Tool      `json:"tools,omitempty"`
	Options     map[string]any  `json:"options,omitempty"`
	Metadata    map[string]any  `json:"metadata,omitempty"`
	Partials    []exportPartial `json:"partials,omitempty"`
	Messages    []exportMessage `json:"messages"`
}

type exportPartial struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	SHA256   string `json:"sha256"`
	Template string `json:"template"`
}

type exportMessage struct {
	Role     llm.Role `json:"role,omitempty"`
	Template string   `json:"template,omitempty"`
	History  bool     `json:"history,omitempty"` // the place of the conversation so far
}

// ExportJSON writes all of a version as one JSON object, with its messages split and its partials beside
// them.
func ExportJSON(v *Version) ([]byte, error) {
	out := exportJSON{
		Schema: "llmops.prompt/v1", Name: v.Name, Version: v.Version, SHA256: v.SHA256, Description: v.Description,
		Changelog: v.Changelog, Model: v.Model, Config: v.Config.document(), Input: v.inputDocument(), Default: v.Input.Default,
		Format: v.Output.Format, Output: v.Output.Schema, Tools: v.Tools, Options: v.Options, Metadata: v.Metadata, Messages: []exportMessage{},
	}
	own := v.links[v.File]
	for _, p := range v.Pins {
		out.Partials = append(out.Partials, exportPartial{p.Name, p.Version, p.SHA256, own[p.Name].Body})
	}
	for _, s := range v.segments {
		if s.history {
			out.Messages = append(out.Messages, exportMessage{History: true})
			continue
		}
		out.Messages = append(out.Messages, exportMessage{Role: s.role, Template: strings.TrimRight(s.tmpl.Source(), "\n")})
	}
	return json.MarshalIndent(out, "", "  ")
}

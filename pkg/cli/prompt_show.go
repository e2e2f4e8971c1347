package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func newPromptShow(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show REF",
		Short:   "Show a prompt version: its settings, variables and text",
		Example: "  llmops prompt show customer-support@production",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptShow(e, args[0], asJSON)
		},
		ValidArgsFunction: e.completeRefs(1),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

type promptShowJSON struct {
	Schema    string          `json:"schema"`
	File      string          `json:"file"`
	Labels    []string        `json:"labels"`
	Locked    bool            `json:"locked"`
	Variables []promptVarJSON `json:"variables"`
	Prompt    json.RawMessage `json:"prompt"` // as export gives it
}

type promptVarJSON struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Required    bool   `json:"required"`
	Default     any    `json:"default,omitempty"`
	Description string `json:"description,omitempty"`
	Enum        []any  `json:"enum,omitempty"`
}

func runPromptShow(e *env, text string, asJSON bool) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	v, err := reg.Resolve(text)
	if err != nil {
		return err
	}
	doc, err := newPromptShowJSON(reg, v, text)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(e.out, doc)
	}
	return e.printPrompt(v, doc)
}

// newPromptShowJSON tells labels and lock of the files as they are; they say nothing about a version of a
// git revision.
func newPromptShowJSON(reg *prompt.Registry, v *prompt.Version, text string) (promptShowJSON, error) {
	doc := promptShowJSON{Schema: "llmops.prompt.show/v1", File: v.Path, Labels: []string{}, Variables: []promptVarJSON{}}
	for _, x := range v.Variables() {
		doc.Variables = append(doc.Variables, promptVarJSON(x))
	}
	var err error
	if doc.Prompt, err = prompt.ExportJSON(v); err != nil {
		return doc, err
	}
	ref, err := prompt.ParseRef(text)
	if err != nil || ref.Git != "" {
		return doc, err
	}
	labels, err := reg.Labels()
	if err != nil {
		return doc, err
	}
	lock, err := reg.ReadLock()
	if err != nil {
		return doc, err
	}
	doc.Labels, doc.Locked = labelsAt(labels.Of[v.Name], v.Version), lockedVersions(lock, v.Name)[v.Version]
	return doc, nil
}

func (e *env) printPrompt(v *prompt.Version, doc promptShowJSON) error {
	rows, err := promptFacts(v, doc)
	if err != nil {
		return err
	}
	st := e.outStyle()
	if err := e.say("%s", st.good(v.Ref())); err != nil {
		return err
	}
	for _, row := range rows {
		if row[1] == "" {
			continue
		}
		if err := e.say("%s %s", st.faint(fmt.Sprintf("%-11s", row[0])), e.indented(row[1], 12)); err != nil {
			return err
		}
	}
	if len(doc.Variables) > 0 {
		g := grid{header: []string{"variable", "type", "needed", "default", "description"}, left: 5}
		for _, x := range doc.Variables {
			g.add(x.Name, x.typeWords(), neededWord(x.Required), jsonWord(x.Default), x.Description)
		}
		g.dropEmpty()
		if err := e.say(""); err != nil {
			return err
		}
		if err := e.fitted(&g, len(g.header)-1, 1); err != nil {
			return err
		}
	}
	return e.say("\n%s", e.shownText(strings.TrimRight(v.Body, "\n")))
}

// promptFacts are the lines above the variables.
func promptFacts(v *prompt.Version, doc promptShowJSON) ([][2]string, error) {
	var p struct {
		Config map[string]json.RawMessage `json:"config"`
		Format string                     `json:"output_format"`
		Output struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"output_schema"`
	}
	if err := json.Unmarshal(doc.Prompt, &p); err != nil {
		return nil, err
	}
	var config, tools, pins []string
	for _, key := range slices.Sorted(maps.Keys(p.Config)) {
		config = append(config, key+" "+string(p.Config[key]))
	}
	for _, t := range v.Tools {
		tools = append(tools, t.Name)
	}
	for _, pin := range v.Pins {
		pins = append(pins, pin.Name+"@"+pin.Version)
	}
	output := p.Format
	if fields := slices.Sorted(maps.Keys(p.Output.Properties)); len(fields) > 0 {
		output = strings.TrimSpace(output + " with " + strings.Join(fields, ", "))
	}
	locked := ""
	if doc.Locked {
		locked = "yes"
	}
	return [][2]string{
		{"what for", v.Description},
		{"changelog", v.Changelog},
		{"file", doc.File},
		{"sha256", v.SHA256},
		{"labels", strings.Join(doc.Labels, ", ")},
		{"locked", locked},
		{"model", v.Model},
		{"config", strings.Join(config, ", ")},
		{"output", output},
		{"partials", strings.Join(pins, ", ")},
		{"tools", strings.Join(tools, ", ")},
	}, nil
}

func (x *promptVarJSON) typeWords() string {
	if len(x.Enum) == 0 {
		return x.Type
	}
	words := make([]string, len(x.Enum))
	for i, v := range x.Enum {
		words[i] = jsonWord(v)
	}
	return "one of " + strings.Join(words, ", ")
}

func neededWord(required bool) string {
	if required {
		return "yes"
	}
	return "no"
}

// jsonWord writes a value as JSON, and nothing for none.
func jsonWord(v any) string {
	if v == nil {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

package eval

import (
	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

type promptVersion = *prompt.Version

// Prompt is a suite's: a reference into the registry, or a text written in the suite. The zero value is
// none: cases bring their own messages or input.
type Prompt struct {
	Ref    string `json:"ref,omitempty"`
	Inline string `json:"inline,omitempty"` // of the user's message, in Mustache
	System string `json:"system,omitempty"`
}

// UnmarshalYAML takes a reference, or {inline, system}.
func (p *Prompt) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		p.Ref = n.Value
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return diag.At("", n.Line, n.Column, "prompt wants a reference or {inline: …}").WithHint("for example prompt: customer-support@^1.0")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		into, ok := map[string]*string{"inline": &p.Inline, "system": &p.System}[key.Value]
		if !ok {
			return diag.At("", key.Line, key.Column, "unknown key %q under prompt", key.Value).WithHint("known keys under prompt: inline, system")
		}
		if value.Kind != yaml.ScalarNode {
			return diag.At("", value.Line, value.Column, "prompt.%s wants text", key.Value)
		}
		*into = value.Value
	}
	if p.Inline == "" {
		return diag.At("", n.Line, n.Column, "prompt has no inline text").WithHint(`for example prompt: {inline: "{{question}}"}`)
	}
	return nil
}

// resolve finds the version; nil without a prompt.
func (p Prompt) resolve(reg Prompts) (*prompt.Version, error) {
	switch {
	case p.Inline != "":
		return p.inline()
	case p.Ref == "":
		return nil, nil
	case reg == nil:
		return nil, diag.Errorf("prompt %s: there is no prompt registry", p.Ref)
	}
	return reg.Resolve(p.Ref)
}

// inline makes a version of the suite's own text.
func (p Prompt) inline() (*prompt.Version, error) {
	text := p.Inline
	if p.System != "" {
		text = "{{role \"system\"}}\n" + p.System + "\n{{role \"user\"}}\n" + p.Inline
	}
	return prompt.Inline(text)
}

// inputVar is the variable that a case's input fills: what the suite says, else "input" where the prompt
// has that, else the one variable that the prompt requires.
func (s *Suite) inputVar(v *prompt.Version) string {
	const usual = "input"
	if s.InputVar != "" || v == nil {
		return s.InputVar
	}
	var required []string
	for _, x := range v.Variables() {
		if x.Name == usual {
			return usual
		}
		if x.Required {
			required = append(required, x.Name)
		}
	}
	if len(required) == 1 {
		return required[0]
	}
	return usual
}

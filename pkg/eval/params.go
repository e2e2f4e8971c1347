package eval

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Params are the parameters of a suite's calls; they win over the prompt's.
type Params struct {
	Temperature *float64       `yaml:"temperature" json:"temperature,omitempty"`
	TopP        *float64       `yaml:"top_p" json:"top_p,omitempty"`
	MaxTokens   int            `yaml:"max_tokens" json:"max_tokens,omitempty"`
	Seed        *int64         `yaml:"seed" json:"seed,omitempty"`
	Stop        words          `yaml:"stop" json:"stop,omitempty"`
	Options     map[string]any `yaml:"options" json:"options,omitempty"`
}

// listed are the parameters that may have a list of values; one run is made for each.
var listed = []string{"temperature", "top_p", "max_tokens", "seed"}

// words writes "temperature=0, seed=1".
func (p Params) words() string {
	text, _ := json.Marshal(p) // it was read from a file of data
	var all map[string]json.RawMessage
	_ = json.Unmarshal(text, &all)
	var out []string
	for _, name := range append(slices.Clone(listed), "stop", "options") {
		if value, ok := all[name]; ok {
			out = append(out, name+"="+string(value))
		}
	}
	if len(out) == 0 {
		return "default parameters"
	}
	return strings.Join(out, ", ")
}

// with takes one of the listed parameters from another.
func (p Params) with(name string, other Params) Params {
	switch name {
	case "temperature":
		p.Temperature = other.Temperature
	case "top_p":
		p.TopP = other.TopP
	case "max_tokens":
		p.MaxTokens = other.MaxTokens
	case "seed":
		p.Seed = other.Seed
	}
	return p
}

// grid is `params` of a suite: one mapping, or a list of them; a value may be a list in its turn.
type grid []Params

// UnmarshalYAML multiplies lists out.
func (g *grid) UnmarshalYAML(n *yaml.Node) error {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	for _, node := range nodes {
		if node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		if node.Kind != yaml.MappingNode {
			return diag.At("", node.Line, node.Column, "params wants a mapping, or a list of them").WithHint("for example params: {temperature: [0, 0.7]}")
		}
		variants, err := expand(node)
		if err != nil {
			return err
		}
		*g = append(*g, variants...)
	}
	return nil
}

// expand reads a mapping whose values may be lists.
func expand(n *yaml.Node) ([]Params, error) {
	out := []Params{{}}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if err := checkParam(key, seen); err != nil {
			return nil, err
		}
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		values := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode && slices.Contains(listed, key.Value) {
			values = value.Content
		}
		var next []Params
		for _, p := range out {
			for _, v := range values {
				q := p
				one := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{key, v}}
				if err := one.Decode(&q); err != nil {
					return nil, diag.At("", v.Line, v.Column, "params.%s has not the kind of value that it wants", key.Value)
				}
				next = append(next, q)
			}
		}
		if out = next; len(out) == 0 || len(out) > maxCells {
			return nil, diag.At("", value.Line, value.Column, "params stand for %d runs", len(out)).WithHint("from 1 to %d", maxCells)
		}
	}
	return out, nil
}

func checkParam(key *yaml.Node, seen map[string]bool) error {
	known := append(slices.Clone(listed), "stop", "options")
	switch {
	case !slices.Contains(known, key.Value):
		err := diag.At("", key.Line, key.Column, "unknown key %q under params", key.Value)
		if near := diag.DidYouMean(key.Value, known); near != "" {
			return err.WithHint("%s", near)
		}
		return err.WithHint("known keys under params: %s", strings.Join(known, ", "))
	case seen[key.Value]:
		return diag.At("", key.Line, key.Column, "params.%s is there twice", key.Value)
	}
	seen[key.Value] = true
	return nil
}

// overlay lays "temperature=0,0.7" over each of the parameters, multiplied out.
func overlay(params []Params, texts []string) ([]Params, error) {
	for _, text := range texts {
		name, values, ok := strings.Cut(text, "=")
		if !ok || values == "" || !slices.Contains(listed, name) {
			err := diag.Errorf("%q is no parameter with its values", text)
			if near := diag.DidYouMean(name, listed); ok && near != "" && values != "" && !slices.Contains(listed, name) {
				return nil, err.WithHint("%s", near)
			}
			return nil, err.WithHint("for example temperature=0,0.7; parameters: %s", strings.Join(listed, ", "))
		}
		var next []Params
		for _, p := range params {
			for v := range strings.SplitSeq(values, ",") {
				var one Params
				if err := yaml.Unmarshal(fmt.Appendf(nil, "%s: %s", name, strings.TrimSpace(v)), &one); err != nil || strings.TrimSpace(v) == "" {
					return nil, diag.Errorf("%s wants a number, not %q", name, v)
				}
				next = append(next, p.with(name, one))
			}
		}
		params = next
	}
	var distinct []Params // values that replace others may leave several that are the same
	for _, p := range params {
		if !slices.ContainsFunc(distinct, func(have Params) bool { return sameJSON(have, p) }) {
			distinct = append(distinct, p)
		}
	}
	return distinct, nil
}

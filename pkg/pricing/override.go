package pricing

import (
	"maps"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Overrides are the user's own prices by model reference; see ParseOverrides.
type Overrides map[string]*Model

// With gives a catalog in which the overrides come before the built-in prices. An override is a whole
// price: nothing of the built-in one is kept, so that a batch discount, say, has to be written too. The
// limits and abilities of a known model are kept where the override has none.
func (c *Catalog) With(o Overrides) *Catalog {
	if c == nil {
		c = &Catalog{table: newTable("")}
	}
	out := &Catalog{table: c.table, own: maps.Clone(c.own)}
	if out.own == nil {
		out.own = map[string]*Model{}
	}
	for ref, own := range o {
		m := *own
		if known, ok := c.Find(ref); ok {
			m.inherit(known)
		}
		provider, name := split(ref)
		m.Provider, m.ID, m.Override = provider, name, true
		out.own[strings.TrimPrefix(provider+"/"+name, "/")] = &m
	}
	return out
}

func (m *Model) inherit(known *Model) {
	if m.Context == 0 {
		m.Context, m.MaxInput = known.Context, known.MaxInput
	}
	if m.MaxOutput == 0 {
		m.MaxOutput = known.MaxOutput
	}
	m.Can, m.Embedding, m.Until, m.Retired = known.Can, known.Embedding, known.Until, known.Retired
}

// ReadOverrides reads the mapping under prices: from a text of its own; file names it in errors.
func ReadOverrides(file string, data []byte) (Overrides, error) {
	const limit = 1 << 20
	if len(data) > limit {
		return nil, diag.At(file, 0, 0, "prices of more than 1 MiB")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, diag.At(file, 0, 0, "%w", err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return ParseOverrides(file, doc.Content[0])
}

// ParseOverrides reads the mapping under `prices:` in llmops.yaml. Prices are dollars per million tokens:
//
//	prices:
//	  my/model: {input: 0.15, output: 0.6, cache_read: 0.015}
//	  local/*:  {input: 0, output: 0}
//	  openai/gpt-4o:
//	    - {input: 2.5, output: 10}
//	    - {from: 2026-10-01, input: 2, output: 8, batch: {input: 1, output: 4},
//	       tiers: [{above: 200000, input: 4, output: 12}]}
//
// Every mistake is a *diag.Error with its line and column. A nil or zero node is no prices.
func ParseOverrides(file string, node *yaml.Node) (Overrides, error) {
	p := overrideParser{file: file}
	if node == nil || node.IsZero() {
		return nil, nil
	}
	node = aliased(node)
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return nil, nil
	}
	if node.Kind != yaml.MappingNode {
		return nil, p.at(node, "prices must be a mapping of model references to prices").
			WithHint("for example  my/model: {input: 0.15, output: 0.6}")
	}
	out := Overrides{}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		provider, name := split(key.Value)
		if name == "" || (provider == "" && strings.Contains(key.Value, "/")) {
			return nil, p.at(key, "prices: %.60q is no model reference", key.Value).WithHint("write provider/model")
		}
		if seen[provider+"/"+name] {
			return nil, p.at(key, "prices: %.60s is there twice", key.Value)
		}
		seen[provider+"/"+name] = true
		m, err := p.model(aliased(node.Content[i+1]))
		if err != nil {
			return nil, err
		}
		out[key.Value] = m
	}
	return out, nil
}

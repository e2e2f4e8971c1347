package score

import (
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"
)

// nested are the scorers that a composition is made of.
type nested []*Metric

// Limits of what a composition may hold: an alias can make a few lines of YAML into a tree without end.
const (
	maxNestedDepth = 32
	maxNestedNodes = 100_000
)

// UnmarshalYAML builds the scorers of a list.
func (n *nested) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind != yaml.SequenceNode || len(node.Content) == 0 {
		return at(node, "scorers: want a list of scorers").WithHint("for example [{type: json_valid}, {type: length, max: 500}]")
	}
	left := maxNestedNodes
	if !fitsDepth(node, 4*maxNestedDepth, &left) {
		return at(node, "scorers: nested more than %d deep", maxNestedDepth)
	}
	for _, child := range node.Content {
		m, err := Build(child)
		if err != nil {
			return err
		}
		*n = append(*n, m)
	}
	n.nameApart()
	return nil
}

func fitsDepth(node *yaml.Node, depth int, left *int) bool {
	if *left--; depth < 0 || *left < 0 {
		return false
	}
	if node.Kind == yaml.AliasNode {
		return fitsDepth(node.Alias, depth-1, left)
	}
	for _, child := range node.Content {
		if !fitsDepth(child, depth-1, left) {
			return false
		}
	}
	return true
}

// MarshalJSON writes what the composition's hash is made of.
func (n nested) MarshalJSON() ([]byte, error) {
	hashes := make([]string, len(n))
	for i, m := range n {
		hashes[i] = m.Hash
	}
	return json.Marshal(hashes)
}

// bind binds each. The identity is that of all together, "" where none has one.
func (n nested) bind(t Tools) (string, error) {
	t.within = t.metric + "."
	bound := false
	for _, m := range n {
		if err := m.Bind(t); err != nil {
			return "", err
		}
		bound = bound || m.Hash != m.options
	}
	if !bound {
		return "", nil
	}
	hashes, err := n.MarshalJSON()
	return string(hashes), err
}

// plan lists what all of them ask.
func (n nested) plan(s *Sample) []Ask {
	var list []Ask
	for _, m := range n {
		list = append(list, m.Plan(s)...)
	}
	return list
}

// nameApart gives scorers of one name numbers, so that their calls can be told apart.
func (n nested) nameApart() {
	seen := map[string]int{}
	for _, m := range n {
		if seen[m.Name]++; seen[m.Name] > 1 {
			m.Name = fmt.Sprintf("%s-%d", m.Name, seen[m.Name])
		}
	}
}

func (n nested) applies(s *Sample) bool {
	for _, m := range n {
		if m.Applies(s) {
			return true
		}
	}
	return false
}

// needs joins what the scorers need.
func (n nested) needs() []string {
	var list []string
	for _, m := range n {
		list = append(list, m.Needs()...)
	}
	return list
}

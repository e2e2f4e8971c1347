package eval

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/strictyaml"
)

// readYAML reads a list of cases.
func readYAML(path string, in *bufio.Reader) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		data, err := io.ReadAll(io.LimitReader(in, strictyaml.MaxSize+1))
		if err != nil {
			yield(nil, diag.At(path, 0, 0, "cannot be read: %w", err))
			return
		}
		var list yamlList
		doc, err := strictyaml.Parse(path, 0, data)
		if err == nil {
			err = doc.Decode(&list)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		budget := 1_000_000
		for _, node := range list.nodes {
			c, err := yamlCase(path, node, &budget)
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// yamlList takes the elements of a list as they are; an empty file is an empty list.
type yamlList struct{ nodes []*yaml.Node }

func (l *yamlList) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.SequenceNode && len(node.Content) > 0 || node.Kind == yaml.ScalarNode {
		return diag.At("", node.Line, node.Column, "a YAML case file is a list of cases")
	}
	l.nodes = node.Content
	return nil
}

func yamlCase(path string, node *yaml.Node, budget *int) (*Case, error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind != yaml.MappingNode {
		return nil, diag.At(path, node.Line, node.Column, "a case is a mapping")
	}
	for i := 0; i < len(node.Content); i += 2 {
		if key := node.Content[i]; !slices.Contains(caseKeys(), key.Value) && key.Tag != "!!merge" {
			_, msg, hint := jsonProblem(nil, fmt.Errorf("json: unknown field %q", key.Value))
			return nil, diag.At(path, key.Line, key.Column, "%s", msg).WithHint("%s", hint)
		}
	}
	value, err := plainValue(node, budget, 0)
	if d, ok := errors.AsType[*diag.Error](err); ok {
		d.File = path
		return nil, d
	}
	if err != nil {
		return nil, diag.At(path, node.Line, node.Column, "%w", err)
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, diag.At(path, node.Line, node.Column, "%w", err)
	}
	return decodeCase(path, raw, func(offset int64) (int, int) { return yamlPlace(node, raw, offset) })
}

// yamlPlace finds the key that an offset into the case's JSON form belongs to.
func yamlPlace(node *yaml.Node, raw []byte, offset int64) (line, column int) {
	for i := 0; offset > 0 && i < len(node.Content); i += 2 {
		if key := node.Content[i]; keyOffset(raw, key.Value) == offset {
			return key.Line, key.Column
		}
	}
	return node.Line, node.Column
}

var (
	errBudget = errors.New("the aliases stand for too many values")
	errDepth  = errors.New("nested too deep")
)

// plainValue turns a node into what encoding/json writes. Numbers keep their text, so that 3.10 as an
// expected answer is 3.10, and dates are text.
func plainValue(n *yaml.Node, budget *int, depth int) (any, error) {
	if *budget--; *budget < 0 {
		return nil, errBudget
	}
	if depth > 200 {
		return nil, errDepth
	}
	switch n.Kind {
	case yaml.AliasNode:
		return plainValue(n.Alias, budget, depth+1)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		var err error
		for i, c := range n.Content {
			if list[i], err = plainValue(c, budget, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.MappingNode:
		return plainMap(n, budget, depth)
	}
	return plainScalar(n)
}

func plainMap(n *yaml.Node, budget *int, depth int) (any, error) {
	m := make(map[string]any, len(n.Content)/2)
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Tag == "!!merge" {
			merged = append(merged, n.Content[i+1])
			continue
		}
		if _, twice := m[key.Value]; twice {
			return nil, diag.At("", key.Line, key.Column, "the key %q is there twice", key.Value)
		}
		v, err := plainValue(n.Content[i+1], budget, depth+1)
		if err != nil {
			return nil, err
		}
		m[key.Value] = v
	}
	for _, from := range merged {
		if err := merge(m, from, budget, depth); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// merge adds what `<<` names, a mapping or a list of them, of which the earlier win: the keys that m has not itself.
func merge(m map[string]any, from *yaml.Node, budget *int, depth int) error {
	value, err := plainValue(from, budget, depth+1)
	if err != nil {
		return err
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	for _, one := range list {
		keys, ok := one.(map[string]any)
		if !ok {
			return diag.At("", from.Line, from.Column, "<< wants a mapping, or a list of them")
		}
		for k, v := range keys {
			if _, have := m[k]; !have {
				m[k] = v
			}
		}
	}
	return nil
}

func plainScalar(n *yaml.Node) (any, error) {
	switch n.Tag {
	case "!!null":
		return nil, nil
	case "!!bool":
		var b bool
		err := n.Decode(&b)
		return b, err
	case "!!int", "!!float":
		if text := strings.TrimPrefix(n.Value, "+"); json.Valid([]byte(text)) {
			return json.Number(text), nil
		}
		var f float64
		if err := n.Decode(&f); err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, diag.At("", n.Line, n.Column, "not a finite number")
		}
		return f, nil
	}
	return n.Value, nil
}

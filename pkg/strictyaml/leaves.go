package strictyaml

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// Leaf is a value that holds no other: its dotted path, its text and its line.
type Leaf struct {
	Path  string
	Value string
	Line  int
}

// Leaves lists the document's values in its order. An empty list or mapping counts as a value.
func (d *Document) Leaves() []Leaf {
	return leaves(d.root, "", d.offset, nil)
}

func leaves(n *yaml.Node, path string, offset int, out []Leaf) []Leaf {
	switch {
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		for i := 0; i+1 < len(n.Content); i += 2 {
			out = leaves(n.Content[i+1], join(path, n.Content[i].Value), offset, out)
		}
	case n.Kind == yaml.SequenceNode && len(n.Content) > 0:
		for i, c := range n.Content {
			out = leaves(c, fmt.Sprintf("%s[%d]", path, i), offset, out)
		}
	case path != "":
		out = append(out, Leaf{Path: path, Value: n.Value, Line: n.Line + offset})
	}
	return out
}

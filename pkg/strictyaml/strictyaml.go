// Package strictyaml reads YAML that people write: a size cap, no unknown keys, and errors that name
// file, line and column and the closest known key. Start with Parse, then Document.Decode.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// MaxSize is the largest file that Parse takes, in bytes.
const MaxSize = 4 << 20

// maxDepth bounds the nesting; yaml.v3 itself stops at 10,000.
const maxDepth = 200

// Document is a parsed YAML document with its places.
type Document struct {
	name   string
	offset int // lines before the first one, for YAML inside another file
	root   *yaml.Node
}

// Parse reads one document; an empty one is an empty mapping. name is the file's, for errors, and
// offset the number of lines that come before data in it.
func Parse(name string, offset int, data []byte) (*Document, error) {
	d := &Document{name: name, offset: offset, root: &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: 1, Column: 1}}
	if len(data) > MaxSize {
		return nil, diag.At(name, 0, 0, "%d bytes of YAML; the limit is %d", len(data), MaxSize)
	}
	var node yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	switch err := dec.Decode(&node); {
	case errors.Is(err, io.EOF):
		return d, nil
	case err != nil:
		return nil, d.syntaxError(data, err)
	}
	if len(node.Content) == 1 && node.Content[0].Tag != "!!null" {
		d.root = node.Content[0]
	}
	if dec.Decode(new(yaml.Node)) == nil {
		return nil, diag.At(name, 0, 0, "holds more than one YAML document").WithHint("remove the second `---` and what follows it")
	}
	return d, d.checkDepth(d.root, 0)
}

// ReadFile parses the file at path. A missing file is an error for which errors.Is(err, fs.ErrNotExist) holds.
func ReadFile(path string) (*Document, error) {
	f, err := os.Open(path) //nolint:gosec // the caller's user named it
	if err != nil {
		return nil, &diag.Error{Msg: err.Error(), Err: err}
	}
	defer f.Close() //nolint:errcheck // only read from
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, &diag.Error{File: path, Msg: fmt.Sprintf("cannot be read: %v", errors.Unwrap(err)), Err: err}
	}
	return Parse(path, 0, data)
}

// Decode fills v, a pointer to a struct or a map, and refuses keys that v has no field for.
func (d *Document) Decode(v any) error {
	if err := d.checkKeys(v); err != nil {
		return err
	}
	if err := d.root.Decode(v); err != nil {
		return d.typeError(err)
	}
	return nil
}

// Errorf makes an error at the value that path leads to, or at the nearest one above it that exists.
// A path element is a key (string) or an index (int).
func (d *Document) Errorf(path []any, format string, args ...any) *diag.Error {
	n := d.root
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			break
		}
		n = next
	}
	return d.at(n, format, args...)
}

func (d *Document) at(n *yaml.Node, format string, args ...any) *diag.Error {
	return diag.At(d.name, n.Line+d.offset, n.Column, format, args...)
}

func child(n *yaml.Node, step any) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch s := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && s < len(n.Content) {
			return n.Content[s]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == s {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

func (d *Document) checkDepth(n *yaml.Node, depth int) error {
	if depth > maxDepth {
		return d.at(n, "nested more than %d deep", maxDepth)
	}
	for _, c := range n.Content {
		if err := d.checkDepth(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

package strictyaml

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

var (
	lineOf    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`) })
	mismatch  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^cannot unmarshal !!(\\w+)(?: `(.*)`)? into (.*)$") })
	yamlWords = map[string]string{"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "seq": "a list", "map": "a mapping", "null": "nothing"}
)

// syntaxError gives yaml.v3's complaint a place. yaml.v3 drops the column, and the line too when it is
// the first, so the column is the likely culprit's in that line.
func (d *Document) syntaxError(data []byte, err error) error {
	line, msg := 1, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := lineOf().FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = m[2]
	}
	lines := bytes.Split(data, []byte("\n"))
	line = max(1, min(line, len(lines)))
	e := diag.At(d.name, line+d.offset, culprit(string(lines[line-1]), msg), "malformed YAML: %s", msg)
	e.Err = err
	return e
}

func culprit(line, msg string) int {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	col := indent
	switch {
	case strings.Contains(msg, "mapping values"):
		if first := strings.Index(line, ": "); first >= 0 {
			if second := strings.Index(line[first+2:], ": "); second >= 0 {
				col = first + 2 + second
			}
		}
	case strings.Contains(msg, "cannot start any token"):
		if i := strings.IndexAny(line, "\t@`%"); i >= 0 {
			col = i
		}
	}
	return len([]rune(line[:col])) + 1
}

// typeError words the first of yaml.v3's type errors for people and finds its column.
func (d *Document) typeError(err error) error {
	var te *yaml.TypeError
	var de *diag.Error
	switch {
	case errors.As(err, &de): // from a type's own UnmarshalYAML
		if de.File == "" {
			de.File = d.name
			if de.Line > 0 {
				de.Line += d.offset
			}
		}
		return de
	case !errors.As(err, &te) || len(te.Errors) == 0:
		return d.at(d.root, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	m := lineOf().FindStringSubmatch(te.Errors[0])
	if m == nil {
		return d.at(d.root, "%s", te.Errors[0])
	}
	line, _ := strconv.Atoi(m[1])
	at := &yaml.Node{Line: line}
	msg := m[2]
	if w := mismatch().FindStringSubmatch(msg); w != nil {
		if n := find(d.root, line, w[1]); n != nil {
			at = n
		}
		msg = "wants " + wanted(w[3]) + ", not " + yamlWords[w[1]]
		if w[2] != "" {
			msg += " `" + w[2] + "`"
		}
	} else if strings.Contains(msg, "already defined") {
		msg = strings.Replace(msg, "mapping key", "the key", 1)
	}
	return d.at(at, "%s", msg)
}

// find looks for the last node of a kind on a line: of a key and its value, the value.
func find(n *yaml.Node, line int, tag string) *yaml.Node {
	var hit *yaml.Node
	if n.Line == line && n.Tag == "!!"+tag {
		hit = n
	}
	for _, c := range n.Content {
		if h := find(c, line, tag); h != nil {
			hit = h
		}
	}
	return hit
}

func wanted(goType string) string {
	switch {
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "uint"):
		return "a whole number"
	case strings.HasPrefix(goType, "float"):
		return "a number"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case goType == "string":
		return "text"
	case goType == "bool":
		return "true or false"
	case strings.HasSuffix(goType, "Duration"):
		return "a duration such as 30s"
	}
	return "a mapping"
}

func sortedList(names []string) string {
	slices.Sort(names)
	return strings.Join(names, ", ")
}

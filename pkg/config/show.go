package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/strictyaml"
)

// Setting is a value in force and where it comes from: "default", a file with its line, or a variable.
type Setting struct {
	Path   string `json:"path"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

// Settings lists every value in force in the order of the struct. Header values are redacted.
func (c *Config) Settings() ([]Setting, error) {
	text, err := yaml.Marshal(c)
	if err != nil {
		return nil, err
	}
	doc, err := strictyaml.Parse("settings", 0, text)
	if err != nil {
		return nil, err
	}
	var out []Setting
	for _, leaf := range doc.Leaves() {
		origin := c.Origin(leaf.Path)
		if origin == "" && slices.Contains([]string{"", "0s", "null"}, leaf.Value) { // a field that nobody set inside an entry
			continue
		}
		value := leaf.Value
		if leaf.Path == "redis.url" && c.Redis.URL.IsZero() { // a secret that is not there hides nothing
			value = ""
		}
		out = append(out, Setting{Path: leaf.Path, Value: value, Origin: origin})
	}
	return out, nil
}

// Get finds the settings at or under a path: "retry.attempts", or all of "retry". A section in which nothing is
// set has none.
func (c *Config) Get(path string) ([]Setting, error) {
	all, err := c.Settings()
	if err != nil {
		return nil, err
	}
	var hits []Setting
	var names []string
	for _, s := range all {
		names = append(names, withParents(s.Path)...)
		if s.Path == path || strings.HasPrefix(s.Path, path+".") || strings.HasPrefix(s.Path, path+"[") {
			hits = append(hits, s)
		}
	}
	if len(hits) > 0 {
		return hits, nil
	}
	for _, k := range Keys() {
		if k.Path == path { // known, and empty
			return []Setting{{Path: path, Origin: c.Origin(path)}}, nil
		}
		names = append(names, withParents(k.Path)...)
	}
	sections := sections()
	if slices.Contains(sections, path) {
		return []Setting{}, nil
	}
	names = append(names, sections...)
	slices.Sort(names)
	e := diag.Errorf("no setting %q", path)
	if near := diag.DidYouMean(path, slices.Compact(names)); near != "" {
		return nil, e.WithHint("%s", near)
	}
	return nil, e.WithHint("`llmops config list` shows every setting")
}

// sections are the keys that a file may have at its top.
func sections() []string {
	t := reflect.TypeFor[Config]()
	var names []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// withParents gives a path and the sections that it lies in.
func withParents(path string) []string {
	list := []string{path}
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			list = append(list, path[:i])
		}
	}
	return list
}

// Origin says where the value at a path was set, or "".
func (c *Config) Origin(path string) string { return c.origins[path] }

// Files lists the files that Load looks at, in order of precedence, and whether each was read.
func (c *Config) Files() []string {
	files := []string{filepath.Join(c.Root, FileName), filepath.Join(c.Root, ".env")}
	if u := userFile(c.env); u != "" {
		files = append(files, u)
	}
	return files
}

func place(path string, line int) string { return fmt.Sprintf("%s:%d", path, line) }

package score

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Every type of scorer has a section in the documentation, and the examples there build.
func TestDocumented(t *testing.T) {
	sections := map[string]string{}
	heading := regexp.MustCompile("(?m)^#+ .*`([a-zA-Z0-9_]+)`.*$")
	for _, text := range documents(t) {
		at := heading.FindAllStringSubmatchIndex(string(text), -1)
		for i, m := range at {
			end := len(text)
			if i+1 < len(at) {
				end = at[i+1][0]
			}
			sections[string(text[m[2]:m[3]])] += string(text[m[1]:end])
		}
	}
	for _, name := range Types() {
		section, ok := sections[name]
		if !ok {
			t.Errorf("no heading in docs/*.md names `%s`", name)
			continue
		}
		example := regexp.MustCompile(`(?m)^    (\{.*type: ` + name + `\b.*\})$`).FindStringSubmatch(section)
		if example == nil {
			t.Errorf("%s: no example", name)
			continue
		}
		if _, err := build(example[1]); err != nil {
			t.Errorf("%s: the example does not build: %v", name, err)
		}
	}
}

// Every option of a type stands in the documentation.
func TestOptionsDocumented(t *testing.T) {
	var text []byte
	for _, f := range documents(t) {
		text = append(text, f...)
	}
	for _, k := range kinds() {
		_, known := fieldFor("", []any{k.options()})
		for _, option := range known {
			if !regexp.MustCompile(`\b` + option + `\b`).Match(text) {
				t.Errorf("%s: the option %s is not in docs", k.name, option)
			}
		}
	}
}

func documents(t *testing.T) [][]byte {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var texts [][]byte
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	return texts
}

package strictyaml_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/strictyaml"
)

type inner struct {
	Kind    string        `yaml:"kind"`
	Timeout time.Duration `yaml:"timeout"`
}

type settings struct {
	Model     string            `yaml:"model"`
	Retries   int               `yaml:"retries"`
	Tags      []string          `yaml:"tags"`
	Providers map[string]inner  `yaml:"providers"`
	Free      map[string]any    `yaml:"free"`
	List      []inner           `yaml:"list"`
	Names     map[string]string `yaml:"names"`
}

func TestErrorsNameThePlace(t *testing.T) {
	tests := []struct{ name, yaml, want, hint string }{
		{"unknown key", "model: a\nretrys: 3\n", `f.yaml:2:1: unknown key "retrys"`, "did you mean retries?"},
		{"unknown key in a map of structs", "providers:\n  x: {knid: openai}\n", `f.yaml:2:7: unknown key "knid" under providers.x`, "did you mean kind?"},
		{"unknown key in a list", "list:\n  - kind: a\n    other: 1\n", `f.yaml:3:5: unknown key "other" under list`, "known keys under list: kind, timeout"},
		{"text for a number", "model: a\nretries: many\n", "f.yaml:2:10: wants a whole number, not text `many`", ""},
		{"list for text", "model: [a]\n", "f.yaml:1:8: wants text, not a list", ""},
		{"bad duration", "list: [{timeout: soon}]\n", "f.yaml:1:18: wants a duration such as 30s, not text `soon`", ""},
		{"two colons", "model: a: b\n", "f.yaml:1:9: malformed YAML: mapping values are not allowed in this context", ""},
		{"a tab", "providers:\n\tx: 1\n", "f.yaml:2:1: malformed YAML: found character that cannot start any token", ""},
		{"the same key twice", "model: a\nmodel: b\n", `f.yaml:2: the key "model" already defined at line 1`, ""},
		{"two documents", "model: a\n---\nmodel: b\n", "f.yaml: holds more than one YAML document", "remove the second `---` and what follows it"},
		{"a list at the top", "- a\n", "f.yaml:1:1: wants a mapping, not a list", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := decode(tt.yaml, &settings{})
			if err == nil || err.Error() != tt.want || diag.HintOf(err) != tt.hint {
				t.Errorf("got  %v (hint %q)\nwant %s (hint %q)", err, diag.HintOf(err), tt.want, tt.hint)
			}
		})
	}
}

func decode(text string, v any) error {
	doc, err := strictyaml.Parse("f.yaml", 0, []byte(text))
	if err != nil {
		return err
	}
	return doc.Decode(v)
}

func TestDecodes(t *testing.T) {
	var got settings
	err := decode("model: a\nretries: 3\nfree: {any: {thing: 1}}\nproviders: {x: &p {kind: openai, timeout: 30s}, y: *p}\n", &got)
	want := settings{
		Model: "a", Retries: 3, Free: map[string]any{"any": map[string]any{"thing": 1}},
		Providers: map[string]inner{"x": {"openai", 30 * time.Second}, "y": {"openai", 30 * time.Second}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if err := decode("# nothing\n", &got); err != nil {
		t.Errorf("an empty document: %v", err)
	}
}

func TestBombsAreRefused(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ",") + "]\n"
	}
	tests := []struct{ name, yaml, want string }{
		{"aliases", "free:\n  " + strings.ReplaceAll(strings.TrimSpace(bomb), "\n", "\n  "), "excessive aliasing"},
		{"brackets", strings.Repeat("[", 200_000), "depth"},
		{"deep but closed", "free: {a: " + strings.Repeat("[", 300) + strings.Repeat("]", 300) + "}", "nested more than"},
		{"size", "model: " + strings.Repeat("a", strictyaml.MaxSize), "the limit is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := decode(tt.yaml, &settings{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v; want %q in it", err, tt.want)
			}
		})
	}
}

func TestOffsetAndErrorf(t *testing.T) {
	doc, err := strictyaml.Parse("v1.0.0.md", 1, []byte("model: a\nlist:\n  - kind: x\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := doc.Errorf([]any{"list", 0, "kind"}, "no such kind").Error(), "v1.0.0.md:4:11: no such kind"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	if got, want := doc.Errorf([]any{"list", 0, "timeout"}, "is missing").Error(), "v1.0.0.md:4:5: is missing"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	want := []strictyaml.Leaf{{"model", "a", 2}, {"list[0].kind", "x", 4}}
	if diff := cmp.Diff(want, doc.Leaves()); diff != "" {
		t.Error(diff)
	}
}

func TestReadFile(t *testing.T) {
	_, err := strictyaml.ReadFile(filepath.Join(t.TempDir(), "none.yaml"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v; want fs.ErrNotExist", err)
	}
	if _, err := strictyaml.ReadFile(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("got %v; want an error that it is a directory", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("model: a\nlist: [{kind: b}]\n")
	f.Add("free: &a [*a]\n")
	f.Add("<<: {model: x}\n")
	f.Fuzz(func(_ *testing.T, text string) {
		_ = decode(text, &settings{})
	})
}

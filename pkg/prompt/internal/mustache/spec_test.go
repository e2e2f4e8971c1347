package mustache_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/mustache"
)

// The specification's own tests, all of them but those of HTML escaping, which a prompt must not have.
func TestSpec(t *testing.T) {
	dir := realdata.Path(t, "mustache-spec")
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	ran, escaping := 0, 0
	for _, file := range files {
		var spec struct {
			Tests []struct {
				Name, Template, Expected string
				Data                     any
				Partials                 map[string]string
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &spec); err != nil {
			t.Fatal(err)
		}
		for _, tc := range spec.Tests {
			if strings.Contains(tc.Name, "HTML Escaping") {
				escaping++
				continue
			}
			ran++
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json")+"/"+tc.Name, func(t *testing.T) {
				got := render(t, tc.Template, tc.Data, tc.Partials)
				if diff := cmp.Diff(tc.Expected, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
	}
	t.Logf("%d tests of the specification ran; %d of HTML escaping left out", ran, escaping)
	if escaping != 3 {
		t.Errorf("%d tests of HTML escaping left out, want the 3 that there are", escaping)
	}
}

func render(t *testing.T, source string, data any, partials map[string]string) string {
	t.Helper()
	tmpl, err := mustache.Compile(source, 1)
	if err != nil {
		t.Fatal(err)
	}
	compiled := map[string]*mustache.Template{}
	for name, text := range partials {
		if compiled[name], err = mustache.Compile(text, 1); err != nil {
			t.Fatal(err)
		}
	}
	pieces, err := tmpl.Render(data, func(_ any, n *mustache.Node) *mustache.Template { return compiled[n.Text] }, mustache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.Text)
	}
	return b.String()
}

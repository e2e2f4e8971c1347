package prompt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// large makes a registry of 1,000 prompts with 20 versions each, locked, with a label a prompt.
func large(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	var labels strings.Builder
	labels.WriteString("labels:\n")
	body := strings.Repeat("You answer questions about orders and refunds, politely and briefly.\n", 10)
	for p := range 1000 {
		name := fmt.Sprintf("prompt-%d", p)
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			b.Fatal(err)
		}
		for v := range 20 {
			text := fmt.Sprintf("---\nname: %s\nversion: 1.%d.0\ndescription: A prompt\nchangelog: Version %d\nmodel: openai/gpt-4o-2024-08-06\nconfig: {temperature: 0.2}\ninput: {schema: {question: string}}\n---\n{{role \"system\"}}\n%s{{role \"user\"}}\n{{question}}\n", name, v, v, body)
			if err := os.WriteFile(filepath.Join(dir, name, fmt.Sprintf("v1.%d.0.md", v)), []byte(text), 0o644); err != nil {
				b.Fatal(err)
			}
		}
		fmt.Fprintf(&labels, "  %s: {production: 1.18.0}\n", name)
	}
	if err := os.WriteFile(filepath.Join(dir, "labels.yaml"), []byte(labels.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	e, err := prompt.Edit(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Lock(prompt.LockOptions{}); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkRegistry opens the registry anew each time, as a command does.
func BenchmarkRegistry(b *testing.B) {
	dir := large(b)
	for _, bench := range []struct {
		name string
		run  func(r *prompt.Registry) error
	}{
		{"List", func(r *prompt.Registry) error { _, err := r.List(); return err }},
		{"ResolveRange", func(r *prompt.Registry) error { _, err := r.Resolve("prompt-500@^1.2"); return err }},
		{"ResolveLabel", func(r *prompt.Registry) error { _, err := r.Resolve("prompt-500@production"); return err }},
		{"Verify", func(r *prompt.Registry) error {
			report, err := r.Verify()
			if err == nil && report.Checked != 20_000 {
				err = fmt.Errorf("%d versions checked", report.Checked)
			}
			return err
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				r, err := prompt.OpenDir(dir)
				if err != nil {
					b.Fatal(err)
				}
				if err := bench.run(r); err != nil {
					b.Fatal(err)
				}
				r.Close()
			}
		})
	}
}

// BenchmarkRender renders a prompt of 4 KB with sections, a list, a partial and ten variables.
func BenchmarkRender(b *testing.B) {
	var body strings.Builder
	body.WriteString("---\npartials: [safety@^1]\ninput:\n  schema:\n    question: string\n    docs(array): {title: string, text: string}\n")
	for i := range 8 {
		fmt.Fprintf(&body, "    v%d: string\n", i)
	}
	body.WriteString("---\n{{role \"system\"}}\n{{>safety}}\n")
	for i := range 8 {
		fmt.Fprintf(&body, "%s{{v%d}}\n", strings.Repeat("Answer politely and briefly, in full sentences. ", 9), i)
	}
	body.WriteString("{{#docs}}\n- {{title}}: {{text}}\n{{/docs}}\n{{role \"user\"}}\n{{question}}\n")
	v, err := prompt.Open(tree("p/v1.0.0.md", body.String(), "safety/v1.0.0.md", safety[strings.LastIndex(safety, "---\n")+4:])).Resolve("p")
	if err != nil {
		b.Fatal(err)
	}
	vars := map[string]any{"question": "Where is my order?"}
	for i := range 8 {
		vars[fmt.Sprintf("v%d", i)] = "value"
	}
	docs := make([]any, 10)
	for i := range docs {
		docs[i] = map[string]any{"title": "A title", "text": "A text of a document that was found"}
	}
	vars["docs"] = docs
	b.SetBytes(int64(len(v.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Render(vars); err != nil {
			b.Fatal(err)
		}
	}
}

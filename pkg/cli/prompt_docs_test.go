package cli_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// What docs/prompts.md shows is right as it stands: the file, and the blocks of labels.yaml.
func TestPromptDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/prompts.md")
	if err != nil {
		t.Fatal(err)
	}
	file, labels := "", ""
	for _, block := range indentedBlocks(string(doc)) {
		switch {
		case strings.HasPrefix(block, "---\n"):
			file = block
		case strings.HasPrefix(block, "protected:"), strings.HasPrefix(block, "experiments:"):
			labels += block
		}
	}
	reg := prompt.Open(fstest.MapFS{
		"customer-support/v1.2.0.md": {Data: []byte(file)},
		"safety/v1.0.0.md":           {Data: []byte("Promise nothing.\n")},
		"labels.yaml":                {Data: []byte(labels)},
	})
	v, err := reg.Resolve("customer-support@^1")
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{"question": "Where is it?", "size": "S", "items": `["tea"]`}
	messages, err := v.Render(v.Typed(vars))
	if err != nil {
		t.Fatal(err)
	}
	if len(messages) != 2 || !strings.Contains(messages[0].Text(), "of size S. Sound neutral.\nPromise nothing.") || !strings.Contains(messages[1].Text(), "- tea\n") {
		t.Errorf("rendered %+v", messages)
	}
	x, err := reg.ExperimentOn("customer-support")
	if err != nil || x == nil || len(x.Variants) != 2 {
		t.Errorf("experiment %+v, %v", x, err)
	}
}

// indentedBlocks gives the code blocks of a Markdown text that are indented by four spaces.
func indentedBlocks(text string) []string {
	var blocks []string
	var b strings.Builder
	for line := range strings.Lines(text + "\nend\n") {
		code, ok := strings.CutPrefix(line, "    ")
		switch {
		case ok:
			b.WriteString(code)
		case b.Len() > 0:
			blocks = append(blocks, b.String())
			b.Reset()
		}
	}
	return blocks
}

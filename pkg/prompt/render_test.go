package prompt_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// tree makes a registry of file names and contents.
func tree(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return fsys
}

const support = `---
name: customer-support
version: 1.2.0
description: Answers order and refund questions
changelog: Tightened the refusal wording
model: openai/gpt-4o-2024-08-06
config: {temperature: 0.2, maxOutputTokens: 600}
input:
  schema: {question: string, context?: string}
  default: {tone: neutral}
output: {format: json, schema: {answer: string, citations(array): string}}
partials: [safety@^1.0.0]
metadata: {owner: support}
---
{{role "system"}}
You are {{tone}}. {{>safety}}
{{#context}}
Context: {{.}}
{{/context}}
{{role "user"}}
{{question}}
`

const safety = `---
version: 1.0.3
description: What never to do
---
Never promise a refund.
`

func TestRender(t *testing.T) {
	reg := prompt.Open(tree("customer-support/v1.2.0.md", support, "safety/v1.0.3.md", safety))
	v, err := reg.Resolve("customer-support@^1.0")
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Render(map[string]any{"question": "Where is it?", "context": "Order 7"})
	if err != nil {
		t.Fatal(err)
	}
	want := []llm.Message{
		llm.Text(llm.RoleSystem, "You are neutral. Never promise a refund.\nContext: Order 7"),
		llm.Text(llm.RoleUser, "Where is it?"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

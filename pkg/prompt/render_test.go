package prompt_test

import (
	"strings"
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

// The newline at the end of a partial's file ends its line where the partial has one of its own, and is
// not put into the middle of another.
func TestRenderPartialLines(t *testing.T) {
	for name, c := range map[string]struct{ partial, body, want string }{
		"alone":            {"a\nb\n", "x\n{{>q}}\ny", "x\na\nb\ny"},
		"alone, no end":    {"a", "x\n{{>q}}\ny", "x\na\ny"},
		"alone, much end":  {"\na\n\n\n", "x\n{{>q}}\ny", "x\na\ny"},
		"alone, indented":  {"a\nb\n", "x\n  {{>q}}\ny", "x\n  a\n  b\ny"},
		"first, indented":  {"a\nb\n", "  {{>q}}\ny", "  a\n  b\ny"},
		"in a line":        {"a\n", "x {{>q}} y", "x a y"},
		"at a line's end":  {"a\n", "x {{>q}}\ny", "x a\ny"},
		"ends in an if":    {"a\n{{#v}}\nb\n{{/v}}\n", "{{>q}}, {{v}}", "a\nb\n, v"},
		"two on one line":  {"a\n", "{{>q}}{{>q}}", "aa"},
		"after blank line": {"a\n", "x\n\n{{>q}}\n\ny", "x\n\na\n\ny"},
	} {
		t.Run(name, func(t *testing.T) {
			front := "---\npartials: [q@^1]\n"
			if strings.Contains(c.body, "{{v}}") {
				front += "input: {default: {v: v}}\n"
			}
			part := c.partial
			if strings.Contains(part, "{{#v}}") {
				part = "---\ninput: {default: {v: v}}\n---\n" + part
			}
			v, err := resolve(t, front+"---\n"+c.body, "q/v1.0.0.md", part)
			if err != nil {
				t.Fatal(err)
			}
			got, err := v.Render(nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got[0].Text()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

package prompt_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// imported writes imports into a registry and resolves one of them.
func imported(t *testing.T, ref string, list ...*prompt.Imported) *prompt.Version {
	t.Helper()
	e, _ := editor(t)
	if _, err := e.Add(list...); err != nil {
		t.Fatal(err)
	}
	v, err := e.Resolve(ref)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestImportDotprompt(t *testing.T) {
	im, err := prompt.ImportDotprompt("greet.prompt", "greet", []byte(`---
name: greetingPrompt
variant: formal
model: googleai/gemini-1.5-flash
tools: [timeOfDay]
config:
  version: gemini-1.5-flash-latest
  temperature: 0.7
  topK: 20
  stopSequences: [STOP]
input:
  default: {name: Guest}
  schema:
    name: string
    language?: string
    items?(array): {title: string}
    unused?: string
output:
  format: json
  schema:
    greeting: string, the greeting
metadata: {customKey: {customValue: 123}}
---
{{!-- a comment --}}
{{role "system"}}You greet.{{role "user"}}
Hello {{{name}}}{{#if language}} in {{language}}{{else}}!{{/if}}
{{~#each items}}
- {{this.title}} for {{../name}}
{{/each}}
{{#unless items}}none{{/unless}}
`))
	if err != nil {
		t.Fatal(err)
	}
	v := imported(t, "greetingprompt", im)
	got, err := v.Render(map[string]any{"language": "tr", "items": []any{map[string]any{"title": "tea"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []llm.Message{llm.Text("system", "You greet."), llm.Text("user", "Hello Guest in tr\n- tea for Guest")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if v.Model != "gemini/gemini-1.5-flash" || *v.Config.TopK != 20 || v.Options["version"] != "gemini-1.5-flash-latest" || v.Output.Format != "json" {
		t.Errorf("front matter %+v", v.File)
	}
	all := strings.Join(im.Warnings, "\n")
	for _, w := range []string{"greetingPrompt became greetingprompt", "variable unused is declared and not used", "tools, variant", "config.version", "../ was dropped"} {
		if !strings.Contains(all, w) {
			t.Errorf("no warning of %q in\n%s", w, all)
		}
	}
}

func TestImportDotpromptMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"helper":   {"a\n{{#ifEquals a b}}x{{/ifEquals}}", "x.prompt:2:1: {{#ifEquals}} with arguments has no counterpart"},
		"unknown":  {"{{upper name}}", "helper \"upper\" has no counterpart"},
		"index":    {"{{#each a}}{{@index}}{{/each}}", "\"@index\" has no counterpart"},
		"unclosed": {"\n\n{{#if a}}", "x.prompt:3:1: {{#if}} is never closed"},
		"stray":    {"{{/if}}", "closes nothing"},
		"config":   {"---\nconfig: {temperature: hot}\n---\n", "x.prompt:2:23: temperature must be a number"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := prompt.ImportDotprompt("x.prompt", "x", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestImportDir(t *testing.T) {
	list, err := prompt.ImportDir(fstest.MapFS{
		"summarize.txt":           {Data: []byte("Summarise:\n{{text}}\n")},
		"Support/Answer It.md":    {Data: []byte("Answer {{q}}{{#tone}} in a {{tone}} tone{{/tone}}.")},
		"greet.prompt":            {Data: []byte("---\nmodel: gpt-4o\n---\nHi {{name}}")},
		"ignored.json":            {Data: []byte("{}")},
		".hidden/x.txt":           {Data: []byte("x")},
		"uses.mustache":           {Data: []byte("{{>summarize}}")},
		"support-answer-it.extra": {Data: []byte("x")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, im := range list {
		names = append(names, im.File.Name+"@"+im.File.Version)
	}
	if diff := cmp.Diff([]string{"support-answer-it@1.0.0", "greet@1.0.0", "summarize@1.0.0", "uses@1.0.0"}, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	v := imported(t, "support-answer-it", list...)
	if got, err := v.Render(map[string]any{"q": "this", "tone": "dry"}); err != nil || got[0].Text() != "Answer this in a dry tone." {
		t.Errorf("renders %v, %v", got, err)
	}
}

func TestImportTwice(t *testing.T) {
	im, err := prompt.ImportText("a.txt", "a", []byte("Hi"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := prompt.ImportText("b.txt", "b", []byte("Hi"))
	if err != nil {
		t.Fatal(err)
	}
	e, dir := editor(t, "a/v1.0.0.md", "here")
	if _, err := e.Add(other, im); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v", err)
	}
	if files := left(t, dir); len(files) != 1 {
		t.Errorf("something was written: %v", files)
	}
}

const langfuse = `{"data": [
 {"name": "movie-critic", "type": "text", "version": 2, "prompt": "As a {{level}} critic, do you like {{movie}}?", "config": {"model": "gpt-4o-2024-08-06", "temperature": 0.5, "supported_languages": ["en"]}, "labels": ["production", "latest"], "tags": ["movies"], "commitMessage": "asks for the level"},
 {"name": "movie-critic", "type": "text", "version": 1, "prompt": "Do you like {{movie}}?", "config": {}, "labels": [], "tags": []},
 {"name": "Support Chat", "type": "chat", "version": 7, "prompt": [{"role": "system", "content": "Be kind."}, {"type": "placeholder", "name": "msgs"}, {"role": "user", "content": "{{ question }}"}],
  "config": {"model": "claude-sonnet-4-5-20250929", "max_tokens": 300, "response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": true, "schema": {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"], "additionalProperties": false}}}}}
]}`

func TestImportLangfuse(t *testing.T) {
	list, err := prompt.ImportLangfuse("export.json", []byte(langfuse))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, im := range list {
		got = append(got, im.File.Name+"@"+im.File.Version+" "+strings.Join(im.Labels, ","))
	}
	if diff := cmp.Diff([]string{"support-chat@1.0.0 ", "movie-critic@1.0.0 ", "movie-critic@2.0.0 production"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	v := imported(t, "movie-critic", list...)
	if v.Version != "2.0.0" || v.Changelog != "asks for the level" || v.Model != "openai/gpt-4o-2024-08-06" || *v.Config.Temperature != 0.5 {
		t.Errorf("front matter %+v", v.File)
	}
	want := map[string]any{"langfuse": map[string]any{"version": int64(2), "tags": []any{"movies"}}, "config": map[string]any{"supported_languages": []any{"en"}}}
	if diff := cmp.Diff(want, v.Metadata); diff != "" {
		t.Errorf("metadata (-want +got)\n%s", diff)
	}
	chat := imported(t, "support-chat", list...)
	before := []llm.Message{llm.Text("user", "hi"), llm.Text("assistant", "ho")}
	messages, err := chat.RenderHistory(map[string]any{"question": "why?"}, before)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]llm.Message{llm.Text("system", "Be kind."), before[0], before[1], llm.Text("user", "why?")}, messages); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if chat.Model != "anthropic/claude-sonnet-4-5-20250929" || chat.Config.MaxOutputTokens != 300 || !chat.Output.Strict {
		t.Errorf("front matter %+v", chat.File)
	}
}

func TestImportMLflow(t *testing.T) {
	list, err := prompt.ImportMLflow("prompts.json", []byte(`[
 {"name": "summary", "version": 1, "template": "Summarise {{ text }}", "commit_message": "first", "tags": {"team": "news"}, "aliases": ["champion"]},
 {"name": "summary", "version": "2", "description": "as chat", "aliases": [{"alias": "challenger", "version": "2"}], "tags": [
   {"key": "mlflow.prompt.is_prompt", "value": "true"}, {"key": "_mlflow_prompt_type", "value": "chat"},
   {"key": "mlflow.prompt.text", "value": "[{\"role\": \"system\", \"content\": \"Be short.\"}, {\"role\": \"user\", \"content\": \"{{text}}\"}]"},
   {"key": "_mlflow_prompt_response_format", "value": "{\"type\": \"object\", \"properties\": {\"summary\": {\"type\": \"string\"}}, \"required\": [\"summary\"]}"},
   {"key": "_mlflow_prompt_model_config", "value": "{\"provider\": \"openai\", \"model_name\": \"gpt-4o-mini\", \"max_tokens\": 50}"}]}
]`))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].File.Version != "1.0.0" || list[1].File.Version != "2.0.0" || list[0].Labels[0] != "champion" || list[1].Labels[0] != "challenger" {
		t.Fatalf("imported %+v", list)
	}
	v := imported(t, "summary", list...)
	if v.Model != "openai/gpt-4o-mini" || v.Config.MaxOutputTokens != 50 || v.Output.Schema == nil || v.Changelog != "as chat" {
		t.Errorf("front matter %+v", v.File)
	}
	if got, err := v.Render(map[string]any{"text": "x"}); err != nil || len(got) != 2 {
		t.Errorf("renders %v, %v", got, err)
	}
}

func TestImportJSONMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"not JSON":    {"{\n \"data\": [,]}", "x.json:2:"},
		"no prompts":  {`{"data": []}`, "x.json: holds no prompts"},
		"no name":     {`[{"version": 1}]`, "item 1 is no prompt"},
		"no text":     {`[{"name": "a", "prompt": 3}]`, "prompt a, item 1 has neither a text nor messages"},
		"bad message": {`[{"name": "a", "prompt": [{"role": "user"}]}]`, "a message needs role and content"},
		"bad text":    {`[{"name": "a", "version": 3, "prompt": "{{#x}}"}]`, "x.json (a, version 3):1:1: section \"x\" is never closed"},
		"one name":    {`[{"name": "a b", "prompt": ""}, {"name": "a_b", "prompt": ""}]`, `"a b" and "a_b" would both be called a-b`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := prompt.ImportLangfuse("x.json", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestExport(t *testing.T) {
	v, err := prompt.Open(tree("customer-support/v1.2.0.md", support, "safety/v1.0.3.md", safety)).Resolve("customer-support")
	if err != nil {
		t.Fatal(err)
	}
	out, err := prompt.ExportDotprompt(v)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Files) != 2 || !strings.Contains(string(out.Files["_safety.prompt"]), "Never promise a refund.") {
		t.Fatalf("files %q", out.Files)
	}
	// What was exported can be imported again, and renders the same.
	back, err := prompt.ImportDotprompt("customer-support.prompt", "x", out.Files["customer-support.prompt"])
	if err != nil {
		t.Fatal(err)
	}
	part, err := prompt.ImportDotprompt("_safety.prompt", "safety", out.Files["_safety.prompt"])
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{"question": "why?", "context": "c"}
	want, err := v.Render(vars)
	if err != nil {
		t.Fatal(err)
	}
	got, err := imported(t, "customer-support", back, part).Render(vars)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	text, err := prompt.ExportJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Schema, Name, Version, SHA256 string
		Messages                      []struct{ Role, Template string }
		Partials                      []struct{ Name, Version, Template string }
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Schema != "llmops.prompt/v1" || doc.SHA256 != v.SHA256 || len(doc.Messages) != 2 || doc.Messages[1].Template != "{{question}}" || doc.Partials[0].Version != "1.0.3" {
		t.Errorf("JSON %s", text)
	}
}

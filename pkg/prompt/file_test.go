package prompt_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func TestParseFile(t *testing.T) {
	f, err := prompt.ParseFile("v1.2.0.md", []byte(support))
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != "customer-support" || f.Version != "1.2.0" || f.Model != "openai/gpt-4o-2024-08-06" || *f.Config.Temperature != 0.2 || f.Config.MaxOutputTokens != 600 {
		t.Errorf("front matter read as %+v", f)
	}
	wantInput := `{"type":"object","properties":{"question":{"type":"string"},"context":{"type":["string","null"]}},"required":["question"],"additionalProperties":false}`
	if diff := cmp.Diff(wantInput, string(f.Input.Schema)); diff != "" {
		t.Errorf("input (-want +got)\n%s", diff)
	}
	wantOutput := `{"type":"object","properties":{"answer":{"type":"string"},"citations":{"type":"array","items":{"type":"string"}}},"required":["answer","citations"],"additionalProperties":false}`
	if diff := cmp.Diff(wantOutput, string(f.Output.Schema)); diff != "" {
		t.Errorf("output (-want +got)\n%s", diff)
	}
	want := []prompt.Variable{
		{Name: "context", Type: "string"},
		{Name: "question", Type: "string", Required: true},
		{Name: "tone", Type: "string", Default: "neutral"},
	}
	if diff := cmp.Diff(want, f.Variables()); diff != "" {
		t.Errorf("variables (-want +got)\n%s", diff)
	}
}

// A file reads the same with either line end, and with a byte order mark.
func TestParseFileLineEnds(t *testing.T) {
	lf, err := prompt.ParseFile("x.md", []byte(support))
	if err != nil {
		t.Fatal(err)
	}
	crlf, err := prompt.ParseFile("x.md", []byte("\xef\xbb\xbf"+strings.ReplaceAll(support, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	if lf.Body != crlf.Body || lf.BodyLine != crlf.BodyLine {
		t.Error("the line ends changed the body")
	}
}

func TestParseFileMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want, hint string }{
		"unknown key":         {"---\nname: a\nmodle: x\n---\n", "f.md:3:1: unknown key \"modle\"", "did you mean model"},
		"unknown config":      {"---\nconfig: {temprature: 1}\n---\n", "f.md:2:10: unknown key \"temprature\" in config", "did you mean temperature"},
		"number as text":      {"---\nname: a\nversion: 1.2\n---\n", "f.md:3:10: version must be text, is a number", `"1.2"`},
		"no version":          {"---\nversion: one\n---\n", "f.md:2:1: \"one\" is not a semantic version", "1.2.0"},
		"bad name":            {"---\nname: Support\n---\n", "f.md:2:1: \"Support\" is not a prompt name", "lower-case"},
		"range":               {"---\nconfig: {temperature: 3}\n---\n", "f.md:2:23: temperature must be a number from 0 to 2, is 3", ""},
		"not a number":        {"---\nconfig: {topP: high}\n---\n", "f.md:2:16: topP must be a number from 0 to 1, is text", ""},
		"tokens":              {"---\nconfig: {maxOutputTokens: 0}\n---\n", "f.md:2:27: maxOutputTokens must be a whole number from 1 up, is 0", ""},
		"twice":               {"---\nname: a\nname: b\n---\n", "f.md:3:1: key \"name\" is there twice, first in line 2", ""},
		"alias bomb":          {"---\nmetadata:\n  a: &a [x, x]\n  b: [*a, *a]\n---\n", "f.md:3:6: anchors and aliases are not allowed", "write the value out"},
		"syntax":              {"---\nname: a\n  b: : c\n---\n", "f.md:3:", ""},
		"front matter a list": {"---\n- a\n---\n", "f.md:2:1: must be a list of keys and values", ""},
		"not closed":          {"---\nname: a\n", "f.md:1:1: front matter is never closed", "---"},
		"only a fence":        {"---", "f.md:1:1: front matter is never closed", ""},
		"not UTF-8":           {"---\nname: a\n---\nHé\xffy\n", "f.md:4:3: is not UTF-8 text", ""},
		"unknown type":        {"---\ninput: {schema: {a: strng}}\n---\n{{a}}", "f.md:2:21: unknown type \"strng\"", "did you mean string"},
		"list type":           {"---\ninput: {schema: {a: array}}\n---\n{{a}}", "f.md:2:21: unknown type \"array\"", "tags(array): string"},
		"kind":                {"---\ninput: {schema: {a(set): string}}\n---\n{{a}}", "f.md:2:18: unknown kind \"set\"", "array, object, enum"},
		"scalar input":        {"---\ninput: {schema: string}\n---\n", "the schema of the input must be an object, it is string", ""},
		"default of a type":   {"---\ninput: {schema: {n: integer}, default: {n: many}}\n---\n{{n}}", "f.md:2:41: default of n must be integer, is string", ""},
		"text with a schema":  {"---\noutput: {format: text, schema: {a: string}}\n---\n", "an answer in text has no schema", "format: json"},
		"output format":       {"---\noutput: {format: jsn}\n---\n", "unknown output format \"jsn\"", "text and json"},
		"tool by name":        {"---\ntools: [clock]\n---\n", "f.md:2:9: tool \"clock\" has no definition", "parameters"},
		"partial":             {"---\npartials: [Safety]\n---\n", "f.md:2:12: \"Safety\" is not a prompt name", ""},
		"unknown role":        {"---\n---\n{{role \"sytem\"}}\nHi", "f.md:3:1: unknown role \"sytem\"", "did you mean system"},
		"inline role":         {"---\n---\nHi {{role \"user\"}}", "f.md:3:4: tag \"role\" is not Mustache", "start of its line"},
		"Handlebars":          {"---\n---\n{{#if x}}a{{/if}}", "f.md:3:1: tag \"if\" is not Mustache", "{{#x}}"},
		"open section":        {"---\n---\nHi\n {{#x}}a", "f.md:4:2: section \"x\" is never closed", "{{/x}}"},
		"crossed section":     {"---\n---\n{{#x}}{{/y}}", "f.md:3:7: {{/y}} closes section \"x\" of line 3", ""},
		"open tag":            {"---\n---\nHi {{x", "f.md:3:4: tag is never closed", "}}"},
		"two histories":       {"---\n---\n{{history}}\n{{history}}\n", "f.md:4:1: {{history}} is there twice", ""},
		"date in options":     {"---\noptions: {x: .inf}\n---\n", "f.md:2:14: number has no form in JSON", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := prompt.ParseFile("f.md", []byte(c.text))
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "f.md:") {
				t.Errorf("error %q, want %q", err, c.want)
			}
			if !strings.Contains(diag.HintOf(err), c.hint) {
				t.Errorf("hint %q, want %q", diag.HintOf(err), c.hint)
			}
		})
	}
}

func TestParseFileTooLarge(t *testing.T) {
	if _, err := prompt.ParseFile("f.md", []byte("---\n---\n"+strings.Repeat("x", 5<<20))); err == nil || !strings.Contains(err.Error(), "larger than 4 MiB") {
		t.Errorf("error %v", err)
	}
	if _, err := prompt.ParseFile("f.md", []byte("---\nname: a #"+strings.Repeat("x", 300<<10)+"\n---\n")); err == nil || !strings.Contains(err.Error(), "larger than 256 KiB") {
		t.Errorf("error %v", err)
	}
}

// All mistakes of a file are found at once.
func TestParseAll(t *testing.T) {
	_, errs := prompt.ParseAll("f.md", []byte("---\nmodle: x\nconfig: {topP: 7}\n---\n"))
	if len(errs) != 2 {
		t.Errorf("%d mistakes, want 2: %v", len(errs), errs)
	}
}

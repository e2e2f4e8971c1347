package prompt_test

import (
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		level    prompt.Level
		reason   string
	}{
		"nothing":           {"---\n---\na", "---\n---\na", prompt.None, ""},
		"wording":           {"---\n---\na", "---\n---\nb", prompt.Patch, "body has another wording"},
		"required added":    {"---\n---\na", "---\ninput: {schema: {x: string}}\n---\n{{x}}", prompt.Major, "input.x was added and is required"},
		"optional added":    {"---\n---\na", "---\ninput: {schema: {x?: string}}\n---\n{{x}}", prompt.Minor, "input.x was added and is optional"},
		"default added":     {"---\n---\na", "---\ninput: {schema: {x: string}, default: {x: a}}\n---\n{{x}}", prompt.Minor, "input.x was added and is optional"},
		"removed":           {"---\ninput: {schema: {x?: string}}\n---\n{{x}}", "---\n---\na", prompt.Major, "input.x was removed"},
		"retyped":           {"---\ninput: {schema: {x: string}}\n---\n{{x}}", "---\ninput: {schema: {x: integer}}\n---\n{{x}}", prompt.Major, "input.x was string and is integer"},
		"list now":          {"---\ninput: {schema: {x: string}}\n---\n{{x}}", "---\ninput: {schema: {x(array): string}}\n---\n{{x}}", prompt.Major, "input.x was string and is array"},
		"items retyped":     {"---\ninput: {schema: {x(array): string}}\n---\n{{x}}", "---\ninput: {schema: {x(array): integer}}\n---\n{{x}}", prompt.Major, "input.x[] was string and is integer"},
		"now required":      {"---\ninput: {schema: {x?: string}}\n---\n{{x}}", "---\ninput: {schema: {x: string}}\n---\n{{x}}", prompt.Major, "input.x was optional and is required"},
		"now optional":      {"---\ninput: {schema: {x: string}}\n---\n{{x}}", "---\ninput: {schema: {x?: string}}\n---\n{{x}}", prompt.Minor, "input.x was required and is optional"},
		"default gone":      {"---\ninput: {schema: {x: string}, default: {x: a}}\n---\n{{x}}", "---\ninput: {schema: {x: string}}\n---\n{{x}}", prompt.Major, "input.x was optional and is required"},
		"other default":     {"---\ninput: {default: {x: a}}\n---\n{{x}}", "---\ninput: {default: {x: b}}\n---\n{{x}}", prompt.Minor, "input.x has another default"},
		"enum narrower":     {"---\ninput: {schema: {x(enum): [A, B]}}\n---\n{{x}}", "---\ninput: {schema: {x(enum): [A]}}\n---\n{{x}}", prompt.Major, `input.x no longer takes "B"`},
		"enum wider":        {"---\ninput: {schema: {x(enum): [A]}}\n---\n{{x}}", "---\ninput: {schema: {x(enum): [A, B]}}\n---\n{{x}}", prompt.Minor, `input.x takes "B" as well`},
		"field required":    {"---\ninput: {schema: {x(object): {a: string}}}\n---\n{{x}}", "---\ninput: {schema: {x(object): {a: string, b: string}}}\n---\n{{x}}", prompt.Major, "input.x.b was added and is required"},
		"described":         {"---\ninput: {schema: {x: string}}\n---\n{{x}}", "---\ninput: {schema: {x: 'string, the x'}}\n---\n{{x}}", prompt.Patch, "input.x is described otherwise"},
		"tighter bounds":    {"---\ninput: {schema: {type: object, properties: {x: {type: string}}}}\n---\n{{x}}", "---\ninput: {schema: {type: object, properties: {x: {type: string, maxLength: 5}}}}\n---\n{{x}}", prompt.Major, "input.x has other limits"},
		"Picoschema or not": {"---\ninput: {schema: {x: string}}\n---\n{{x}}", "---\ninput: {schema: {type: object, properties: {x: {type: string}}, required: [x]}}\n---\n{{x}}", prompt.None, ""},
		"model":             {"---\nmodel: a/b\n---\na", "---\nmodel: a/c\n---\na", prompt.Minor, "model was a/b and is a/c"},
		"config":            {"---\nconfig: {temperature: 0}\n---\na", "---\nconfig: {temperature: 0.5}\n---\na", prompt.Minor, "config.temperature was 0 and is 0.5"},
		"config gone":       {"---\nconfig: {topK: 3}\n---\na", "---\n---\na", prompt.Minor, "config.topK was 3 and is not set"},
		"options":           {"---\n---\na", "---\noptions: {a: {b: 1}}\n---\na", prompt.Minor, "options.a was changed"},
		"output now":        {"---\n---\na", "---\noutput: {format: json}\n---\na", prompt.Major, "output was text and is json"},
		"output schema":     {"---\noutput: {format: json}\n---\na", "---\noutput: {schema: {a: string}}\n---\na", prompt.Minor, "output has a schema now"},
		"output field":      {"---\noutput: {schema: {a: string}}\n---\na", "---\noutput: {schema: {a: string, b?: string}}\n---\na", prompt.Minor, "output.b was added"},
		"output gone":       {"---\noutput: {schema: {a: string, b: string}}\n---\na", "---\noutput: {schema: {a: string}}\n---\na", prompt.Major, "output.b was removed"},
		"output optional":   {"---\noutput: {schema: {a: string}}\n---\na", "---\noutput: {schema: {a?: string}}\n---\na", prompt.Major, "output.a was always there and is optional"},
		"output retyped":    {"---\noutput: {schema: {a: string}}\n---\na", "---\noutput: {schema: {a: number}}\n---\na", prompt.Major, "output.a was string and is number"},
		"output narrower":   {"---\noutput: {schema: {a: number}}\n---\na", "---\noutput: {schema: {a: integer}}\n---\na", prompt.Minor, "output.a was number and is integer"},
		"output enum":       {"---\noutput: {schema: {a(enum): [X]}}\n---\na", "---\noutput: {schema: {a(enum): [X, Y]}}\n---\na", prompt.Major, `output.a may be "Y", which readers do not know`},
		"output items":      {"---\noutput: {schema: {a(array): {b: string}}}\n---\na", "---\noutput: {schema: {a(array): {c: string}}}\n---\na", prompt.Major, "output.a[].b was removed"},
		"tool added":        {"---\n---\na", "---\ntools: [{name: t}]\n---\na", prompt.Major, "tools.t was added, and callers must run it"},
		"tool removed":      {"---\ntools: [{name: t}]\n---\na", "---\n---\na", prompt.Minor, "tools.t was removed"},
		"partial's patch":   {"---\npartials: [s@1.0.0]\n---\n{{>s}}", "---\npartials: [s@1.0.1]\n---\n{{>s}}", prompt.Patch, "partials.s was 1.0.0 and is 1.0.1"},
		"partial's major":   {"---\npartials: [s@1.0.0]\n---\n{{>s}}", "---\npartials: [s@2.0.0]\n---\n{{>s}}", prompt.Minor, "partials.s was 1.0.0 and is 2.0.0"},
		"metadata":          {"---\nmetadata: {owner: a}\n---\na", "---\nmetadata: {owner: b}\n---\na", prompt.Patch, "metadata was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			reg := prompt.Open(tree("p/v1.0.0.md", c.from, "p/v2.0.0.md", c.to, "s/v1.0.0.md", "a", "s/v1.0.1.md", "b", "s/v2.0.0.md", "c"))
			from, err := reg.Resolve("p@1.0.0")
			if err != nil {
				t.Fatal(err)
			}
			to, err := reg.Resolve("p@2.0.0")
			if err != nil {
				t.Fatal(err)
			}
			got := prompt.Compare(from, to)
			var reasons []string
			for _, r := range got.Reasons {
				reasons = append(reasons, r.String())
			}
			if got.Level != c.level || !strings.Contains(strings.Join(reasons, "\n"), c.reason) {
				t.Errorf("got %s %q, want %s %q", got.Level, reasons, c.level, c.reason)
			}
		})
	}
}

package prompt_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// knowledge is a small stand-in for the catalog, the counter and the finder.
var knowledge = prompt.LintOptions{
	Model: func(ref string) prompt.ModelStatus {
		switch ref {
		case "openai/gpt-4-0613":
			return prompt.ModelStatus{Known: true, Deprecated: true, Retires: "2026-06-06", Replacement: "openai/gpt-4.1-2025-04-14"}
		case "openai/gpt-4o":
			return prompt.ModelStatus{Known: true, Floating: true, Snapshot: "openai/gpt-4o-2024-08-06"}
		}
		return prompt.ModelStatus{Known: strings.HasPrefix(ref, "openai/gpt-4o-2024")}
	},
	Tokens: func(_, text string) int { return len(strings.Fields(text)) },
	Find: func(text string) []prompt.Spot {
		var out []prompt.Spot
		for _, m := range regexp.MustCompile(`sk-[a-z]+|\w+@example\.com`).FindAllStringIndex(text, -1) {
			personal := strings.Contains(text[m[0]:m[1]], "@")
			out = append(out, prompt.Spot{Start: m[0], End: m[1], What: map[bool]string{true: "e-mail address", false: "API key"}[personal], Personal: personal})
		}
		return out
	},
}

func TestLint(t *testing.T) {
	good := func(version, more string) string {
		return "---\nname: p\nversion: " + version + "\ndescription: d\nchangelog: c\n" + more
	}
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"clean":             {[]string{"p/v1.0.0.md", good("1.0.0", "model: openai/gpt-4o-2024-08-06\n---\nHi")}, nil},
		"bare":              {[]string{"p/v1.0.0.md", "Hi"}, []string{"p/v1.0.0.md:1:1 identity warning", "p/v1.0.0.md:1:1 description warning"}},
		"front matter":      {[]string{"p/v1.0.0.md", "---\nmodle: x\nconfig: {topP: 9}\n---\n"}, []string{"p/v1.0.0.md:2:1 front-matter error", "p/v1.0.0.md:3:16 front-matter error"}},
		"file name":         {[]string{"p/v1.0.0.md", good("1.0.1", "---\nHi")}, []string{"p/v1.0.0.md:3:1 front-matter error"}},
		"variables":         {[]string{"p/v1.0.0.md", good("1.0.0", "input: {schema: {a: string}}\n---\n{{b}} {{c}}")}, []string{"p/v1.0.0.md:6:18 variables error", "p/v1.0.0.md:8:1 variables error", "p/v1.0.0.md:8:7 variables error"}},
		"partial":           {[]string{"p/v1.0.0.md", good("1.0.0", "partials: [q@^1]\n---\n{{>q}}")}, []string{"p/v1.0.0.md:6:12 partial error"}},
		"changelog":         {[]string{"p/v1.0.0.md", good("1.0.0", "---\nHi"), "p/v1.0.1.md", "---\nname: p\nversion: 1.0.1\ndescription: d\nchangelog: \"\"\n---\nHo"}, []string{"p/v1.0.1.md:5:1 changelog error"}},
		"alias":             {[]string{"p/v1.0.0.md", good("1.0.0", "model: openai/gpt-4o\n---\nHi")}, []string{"p/v1.0.0.md:6:1 floating-model warning"}},
		"latest":            {[]string{"p/v1.0.0.md", good("1.0.0", "model: anthropic/claude-3-5-sonnet-latest\n---\nHi")}, []string{"p/v1.0.0.md:6:1 floating-model warning"}},
		"unknown model":     {[]string{"p/v1.0.0.md", good("1.0.0", "model: openai/gpt-9-2031-01-01\n---\nHi")}, []string{"p/v1.0.0.md:6:1 unknown-model warning"}},
		"no provider":       {[]string{"p/v1.0.0.md", good("1.0.0", "model: gpt-4o\n---\nHi")}, []string{"p/v1.0.0.md:6:1 unknown-model error"}},
		"deprecated":        {[]string{"p/v1.0.0.md", good("1.0.0", "model: openai/gpt-4-0613\n---\nHi")}, []string{"p/v1.0.0.md:6:1 deprecated-model warning"}},
		"secret":            {[]string{"p/v1.0.0.md", good("1.0.0", "---\nHi\nünder sk-abc")}, []string{"p/v1.0.0.md:8:7 secret error"}},
		"personal data":     {[]string{"p/v1.0.0.md", good("1.0.0", "metadata: {owner: ada@example.com}\n---\nHi")}, []string{"p/v1.0.0.md:6:19 personal-data error"}},
		"growth":            {[]string{"p/v1.0.0.md", good("1.0.0", "---\none two"), "p/v1.0.1.md", good("1.0.1", "---\none two three four")}, []string{"p/v1.0.1.md:7:1 token-growth warning"}},
		"growth allowed":    {[]string{"p/v1.0.0.md", good("1.0.0", "---\none two"), "p/v1.0.1.md", good("1.0.1", "---\none two three")}, nil},
		"version too small": {[]string{"p/v1.0.0.md", good("1.0.0", "---\nHi"), "p/v1.0.1.md", good("1.0.1", "input: {schema: {a: string}}\n---\n{{a}}")}, []string{"p/v1.0.1.md:3:1 version error"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := prompt.Open(tree(c.files...)).Lint(knowledge)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, fmt.Sprintf("%s:%d:%d %s %s", f.File, f.Line, f.Column, f.Rule, f.Severity))
				if strings.Contains(f.Message, "sk-") || strings.Contains(f.Message, "@example") {
					t.Errorf("the message tells what was found: %s", f.Message)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s\n%+v", diff, found)
			}
		})
	}
}

// Locked versions cannot be mended, so they are left alone, but for the latest.
func TestLintLocked(t *testing.T) {
	e, _ := editor(t, "p/v1.0.0.md", "Hi", "p/v1.0.1.md", "Ho")
	if _, err := e.Lock(prompt.LockOptions{}); err != nil {
		t.Fatal(err)
	}
	files := func(o prompt.LintOptions) map[string]bool {
		found, err := e.Lint(o)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, f := range found {
			out[f.File[len(f.File)-len("v1.0.0.md"):]] = true
		}
		return out
	}
	if diff := cmp.Diff(map[string]bool{"v1.0.1.md": true}, files(prompt.LintOptions{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]bool{"v1.0.0.md": true, "v1.0.1.md": true}, files(prompt.LintOptions{All: true})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

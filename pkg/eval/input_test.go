package eval

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// A case's input goes into the prompt's variable for it, or is the user's message where there is no prompt.
func TestInput(t *testing.T) {
	registry := prompt.Open(fstest.MapFS{
		"one/v1.0.0.md":   {Data: []byte("---\ninput:\n  schema: {question: string, tone?: string}\n---\nQ: {{question}} {{tone}}\n")},
		"usual/v1.0.0.md": {Data: []byte("---\ninput:\n  schema: {input: string, other?: string}\n---\nI: {{input}} {{other}}\n")},
		"two/v1.0.0.md":   {Data: []byte("---\ninput:\n  schema: {a: string, b: string}\n---\n{{a}} {{b}}\n")},
	})
	tests := []struct{ name, suite, record, want string }{
		{"the one required variable", "prompt: one\n", `{"input": "x"}`, "user Q: x"},
		{"the variable input", "prompt: usual\n", `{"input": "x"}`, "user I: x"},
		{"the suite's word", "prompt: two\ninput_var: b\n", `{"input": "x", "vars": {"a": "y"}}`, "user y x"},
		{"no prompt", "", `{"input": "x"}`, "user x"},
		{"messages behind the prompt", "prompt: one\n", `{"vars": {"question": "x"}, "messages": [{"role": "assistant", "content": "y"}, {"role": "user", "content": "z"}]}`, "user Q: x|assistant y|user z"},
		{"a list of messages", "", `{"input": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}`, "system s|user u"},
		{"inline with a system message", "prompt: {inline: 'Q: {{q}}', system: Be brief.}\n", `{"vars": {"q": "x"}}`, "system Be brief.|user Q: x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mustSuite(t, map[string]string{suiteName: tt.suite + "cases: c.jsonl\n", "c.jsonl": tt.record})
			got := ""
			caller := callerFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
				var turns []string
				for _, m := range req.Messages {
					turns = append(turns, string(m.Role)+" "+strings.TrimSpace(m.Text()))
				}
				got = strings.Join(turns, "|")
				return answering("ok"), nil
			})
			out, err := Run(t.Context(), s, Config{Caller: caller, Prompts: registry, Root: t.TempDir()})
			if err != nil || out.Result.Errors > 0 {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("asked %q, want %q", got, tt.want)
			}
		})
	}
	s := mustSuite(t, map[string]string{suiteName: "prompt: two\ncases: c.jsonl\n", "c.jsonl": `{"input": "x"}`})
	_, err := Run(t.Context(), s, Config{Caller: always("x"), Prompts: registry, Root: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "c.jsonl:1: case case-") || diag.HintOf(err) == "" {
		t.Errorf("got %v (hint %q)", err, diag.HintOf(err))
	}
}

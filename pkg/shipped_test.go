package pkg_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

// What the repository ships by default, and what README says of it.

func TestShippedPrompts(t *testing.T) {
	registry := prompt.Open(os.DirFS("../prompts"))
	for name, c := range map[string]struct {
		versions []string
		vars     map[string]any
	}{
		"customer-support":  {[]string{"1.0.0", "1.1.0", "2.0.0-rc.1"}, map[string]any{"question": "Siparişim nerede?", "context": "Order 1"}},
		"content-summarize": {[]string{"1.0.0"}, map[string]any{"text": "A long text."}},
	} {
		for _, version := range c.versions {
			ref := name + "@" + version
			t.Run(ref, func(t *testing.T) {
				v, err := registry.Resolve(ref)
				if err != nil {
					t.Fatal(err)
				}
				messages, err := v.Render(c.vars)
				if err != nil {
					t.Fatal(err)
				}
				checkMessages(t, messages, c.vars)
			})
		}
	}
}

// checkMessages wants a system and a user message, and every variable's text in the latter only.
func checkMessages(t *testing.T, messages []llm.Message, vars map[string]any) {
	t.Helper()
	if len(messages) != 2 || messages[0].Role != llm.RoleSystem || messages[1].Role != llm.RoleUser {
		t.Fatalf("want a system and a user message, got %d", len(messages))
	}
	for name, value := range vars {
		if !strings.Contains(messages[1].Text(), value.(string)) || strings.Contains(messages[0].Text(), value.(string)) {
			t.Errorf("%s is not in the user's message alone", name)
		}
	}
	if strings.Contains(messages[0].Text()+messages[1].Text(), "{{") {
		t.Error("a tag is left in the text")
	}
}

func TestShippedSuite(t *testing.T) {
	suite, err := eval.Load("../evalsets/customer-support")
	if err != nil {
		t.Fatal(err)
	}
	languages := map[string]int{}
	for c, err := range suite.All() {
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range c.Tags {
			languages[tag]++
		}
		if c.ExpectedIntent == "" || c.ExpectedTone == "" || len(c.MustContain) == 0 || len(c.MustNotContain) == 0 {
			t.Errorf("%s: lacks something that the suite scores", c.ID)
		}
	}
	if languages["tr"] < 15 || languages["en"] < 15 {
		t.Errorf("%d cases in Turkish and %d in English", languages["tr"], languages["en"])
	}
}

// The sample answers say that they are samples, answer each case once, and nothing else.
func TestSampleRecording(t *testing.T) {
	path := filepath.Join("..", "evalsets", "customer-support", "recordings", "sample-v1.jsonl")
	model, err := replay.Open(path, replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	if h := model.Header(); !h.Sample || !strings.Contains(h.Source, "by hand") {
		t.Errorf("the header does not say what it is: %+v", h)
	}
	suite, err := eval.Load("../evalsets/customer-support")
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for c, err := range suite.All() {
		if err != nil {
			t.Fatal(err)
		}
		cases++
		if _, err := model.Generate(t.Context(), &llm.Request{Case: c.ID}); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
	}
	if model.Len() != cases {
		t.Errorf("%d answers for %d cases", model.Len(), cases)
	}
}

// README's two commands are what CI runs, and it says what the sample answers are.
func TestReadmeCommands(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for mark, want := range map[string]string{
		"first-run": "go run ./cmd/llmops eval run customer-support",
		"tests":     "go test ./...",
	} {
		if diff := cmp.Diff(want, codeAfter(text, "<!-- "+mark+" -->")); diff != "" {
			t.Errorf("the command after %s (-want +got):\n%s", mark, diff)
		}
	}
	if !bytes.Contains(text, []byte("sample answers")) {
		t.Error("README does not say that the first run scores sample answers")
	}
}

// codeAfter gives the lines of the code block that follows a line.
func codeAfter(text []byte, mark string) string {
	lines := strings.Split(string(text), "\n")
	i := slices.Index(lines, mark)
	if i < 0 || i+2 >= len(lines) {
		return ""
	}
	block, _, _ := strings.Cut(strings.Join(lines[i+2:], "\n"), "\n```")
	return block
}

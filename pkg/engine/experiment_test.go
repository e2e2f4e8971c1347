package engine_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

const split = `experiments:
  wording:
    prompt: greeting
    salt: spring
    variants: [{version: 1.0.0, weight: 50}, {version: 1.1.0, weight: 50}]
`

// experimenting has two versions of greeting and an experiment over them.
func experimenting(labels string) *prompt.Registry {
	return prompt.Open(fstest.MapFS{
		"greeting/v1.0.0.md": {Data: []byte(greeting)},
		"greeting/v1.1.0.md": {Data: []byte(strings.Replace(greeting, "1.0.0", "1.1.0", 1))},
		"labels.yaml":        {Data: []byte(labels)},
	})
}

func TestExperimentAssigns(t *testing.T) {
	reg := experimenting(split)
	experiment, err := reg.ExperimentOn("greeting")
	if err != nil || experiment == nil {
		t.Fatal(experiment, err)
	}
	rec := &records{}
	eng := engine.New(engine.Config{Gateway: &answer{resp: &llm.Response{}}, Prompts: reg, Ledger: rec})
	ask := func(c engine.Call) string {
		t.Helper()
		c.Vars = map[string]any{"person": "Ada"}
		res, err := eng.Generate(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if last := rec.all[len(rec.all)-1]; last.Version != res.Prompt.Version || last.Prompt != "greeting" {
			t.Errorf("the ledger has %s@%s; the call got %s", last.Prompt, last.Version, res.Prompt.Ref())
		}
		return res.Prompt.Version
	}
	seen := map[string]bool{}
	for _, unit := range []string{"ada", "bo", "cem", "deniz", "ece", "fatma", "gul", "hasan"} {
		want := experiment.Assign(unit)
		seen[want] = true
		for name, call := range map[string]engine.Call{
			"unit":                  {Unit: unit},
			"unit over all else":    {Unit: unit, Conversation: "other", Tenant: "other"},
			"conversation":          {Conversation: unit},
			"conversation's tenant": {Conversation: unit, Tenant: "other"},
		} {
			call.Prompt = "greeting"
			if got := ask(call); got != want {
				t.Errorf("%s %s: got %s; want %s", name, unit, got, want)
			}
		}
		if got := ask(engine.Call{Prompt: "greeting@1.0.0", Unit: unit}); got != "1.0.0" {
			t.Errorf("%s: a reference with a selector got %s", unit, got)
		}
		if got := ask(engine.Call{Prompt: "greeting@latest", Unit: unit}); got != "1.1.0" {
			t.Errorf("%s: a reference with a selector got %s", unit, got)
		}
	}
	if len(seen) != 2 {
		t.Fatalf("the units got %v only", seen)
	}
	// Calls without a unit are split too, each by itself.
	alone := map[string]bool{}
	for range 64 {
		alone[ask(engine.Call{Prompt: "greeting", Tenant: "default"})] = true
	}
	if len(alone) != 2 {
		t.Errorf("64 calls without a unit all got %v", alone)
	}
}

func TestBrokenExperiment(t *testing.T) {
	for name, c := range map[string]struct{ labels, want string }{
		"labels that do not parse": {"experiments: 5\n", "labels.yaml:1"},
		"a version that is gone":   {strings.ReplaceAll(strings.ReplaceAll(split, "1.0.0", "3.0.0"), "1.1.0", "3.0.0"), "3.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			eng := engine.New(engine.Config{Gateway: &answer{}, Prompts: experimenting(c.labels)})
			_, err := eng.Generate(t.Context(), engine.Call{Prompt: "greeting", Unit: "ada"})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v; want an error with %q", err, c.want)
			}
		})
	}
}

func TestTypedVariables(t *testing.T) {
	reg := prompt.Open(fstest.MapFS{"p/v1.0.0.md": {Data: []byte("---\nmodel: a/b\ninput: {schema: {n: integer}}\n---\nCount to {{n}}.")}})
	m := &answer{resp: &llm.Response{}}
	eng := engine.New(engine.Config{Gateway: m, Prompts: reg})
	if _, err := eng.Generate(t.Context(), engine.Call{Prompt: "p", Vars: map[string]any{"n": "12"}}); err != nil {
		t.Fatal(err)
	}
	if got := m.got.Messages[0].Text(); got != "Count to 12." {
		t.Errorf("got %q", got)
	}
	if _, err := eng.Generate(t.Context(), engine.Call{Prompt: "p", Vars: map[string]any{"n": "twelve"}}); err == nil || !strings.Contains(err.Error(), "must be integer") {
		t.Errorf("got %v", err)
	}
}

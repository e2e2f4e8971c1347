//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// workflow is as much of a GitHub workflow as is looked at.
type workflow struct {
	On          map[string]any `yaml:"on"`
	Permissions map[string]string
	Jobs        map[string]struct {
		RunsOn string `yaml:"runs-on"`
		Steps  []struct {
			Name, Uses, Run string
			With, Env       map[string]string
		}
	}
}

// The workflow of a fresh project gates its pull requests: its step runs as it stands in a repository of `llmops init`.
func TestInitWorkflowGates(t *testing.T) {
	program, dir := released(t), t.TempDir()
	in := func(want int, env []string, name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		cmd.Env = append(ciEnv(program, t.TempDir(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com"), env...)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Fatalf("%s %s: exit code %d, want %d\n%s", name, strings.Join(args, " "), code, want, out)
		}
		return string(out)
	}
	commit := func() string {
		in(0, nil, "git", "add", ".github", "evalsets", "prompts", "llmops.yaml")
		in(0, nil, "git", "commit", "--quiet", "--message", "a change")
		return strings.TrimSpace(in(0, nil, "git", "rev-parse", "HEAD"))
	}
	in(0, nil, "git", "init", "--quiet")
	in(0, nil, "git", "commit", "--quiet", "--allow-empty", "--message", "before")
	before := strings.TrimSpace(in(0, nil, "git", "rev-parse", "HEAD"))
	in(0, nil, program, "init")
	step := gateStep(t, filepath.Join(dir, ".github", "workflows", "llmops.yml"))
	first := commit()
	gate := func(want int, base string) string {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(dir, ".llmops")); err != nil { // a job begins with a fresh clone
			t.Fatal(err)
		}
		return in(want, []string{"BASE=" + base}, "bash", "--noprofile", "--norc", "-e", "-c", step)
	}
	if out := gate(0, before); strings.Contains(out, "flips") {
		t.Errorf("a suite that is new is compared:\n%s", out)
	}
	if out := gate(0, first); !strings.Contains(strings.Join(strings.Fields(out), " "), " vs git:"+first+": inconclusive greets: ") {
		t.Errorf("the suite is not compared with what it was:\n%s", out)
	}
	sample := filepath.Join(dir, "evalsets", "greeting", "recordings", "sample.jsonl")
	text, err := os.ReadFile(sample)
	if err == nil {
		err = os.WriteFile(sample, []byte(strings.NewReplacer("Ada", "you", "Deniz", "you", "Jonas", "you").Replace(string(text))), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	commit()
	if out := gate(3, first); !strings.Contains(out, "regressed") {
		t.Errorf("answers without a name pass:\n%s", out)
	}
}

// gateStep checks the workflow and gives the script of its gate.
func gateStep(t *testing.T, path string) (script string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var w workflow
	if err := yaml.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	job := w.Jobs["eval"]
	if w.On["pull_request"] == nil || w.Permissions["contents"] != "read" || job.RunsOn == "" || len(job.Steps) == 0 {
		t.Fatalf("%+v", w)
	}
	for _, step := range job.Steps {
		if (step.Uses == "") == (step.Run == "") {
			t.Errorf("a step has one of uses and run: %+v", step)
		}
		if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["fetch-depth"] != "0" {
			t.Error("the checkout is shallow, and has no base to compare with")
		}
		if strings.Contains(step.Run, "--fail-on-regression") {
			script = step.Run
		}
	}
	if script == "" || strings.Contains(script, "${{") {
		t.Fatalf("no gate, or one with text of others in its script: %q", script)
	}
	return script
}

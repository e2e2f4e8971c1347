package cli_test

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

// gateDoc is what is read of `eval run --json` and `eval diff --json`.
type gateDoc struct {
	Gate struct {
		Verdict string
		Cases   int
		Metrics []struct {
			Name     string
			Delta    *float64
			Up, Down int
			N        int
		}
		Slices []struct {
			Tag     string
			Metrics []struct{ Candidate *float64 }
		}
	}
}

// realSuite copies a set of real cases and recorded answers into a project as a suite.
func realSuite(t *testing.T, name, scorer string) (dir string) {
	t.Helper()
	data, dir := realdata.Path(t, name), t.TempDir()
	suite := filepath.Join(dir, "evalsets", name)
	if err := os.CopyFS(suite, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	text := "prompt: {inline: \"{{question}}\"}\ncases: cases.jsonl\nscorers:\n  - " + scorer + "\n"
	if err := os.WriteFile(filepath.Join(suite, "suite.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// gated runs the program, which must end with this code, and reads its JSON.
func gated(t *testing.T, program, dir, args string, code int) (doc gateDoc) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, strings.Fields(args)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, _ := cmd.Output()
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("%s: exit code %d, want %d\n%s", args, got, code, complaint.String())
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatalf("%s: %v", args, err)
	}
	return doc
}

// The two systems whose answers openai/grade-school-math publishes, with 21.68 % and 39.04 %.
func TestGateOnGSM8K(t *testing.T) {
	dir := realSuite(t, "gsm8k", `{name: accuracy, type: number, after: "A:"}`)
	program := released(t)
	gated(t, program, dir, "eval run gsm8k -m replay/6b-finetuning --tag tuned --json", 0)
	for _, tc := range []struct {
		args    string
		code    int
		verdict string
		points  float64
	}{
		{"eval run gsm8k -m replay/6b-verification --tag verified --baseline tuned --fail-on-regression --json", 0, "ok", 17.36},
		{"eval run gsm8k -m replay/6b-finetuning --baseline verified --fail-on-regression --json", 3, "regressed", -17.36},
		{"eval diff tuned verified --fail-on-regression --json", 0, "ok", 17.36},
		{"eval diff verified tuned --fail-on-regression --json", 3, "regressed", -17.36},
	} {
		g := gated(t, program, dir, tc.args, tc.code).Gate
		if m := g.Metrics[0]; g.Verdict != tc.verdict || math.Round(*m.Delta*1e4)/100 != tc.points || m.N != 1319 {
			t.Errorf("%s: %s by %+.4f over %d cases; want %s by %+.2f points", tc.args, g.Verdict, *m.Delta, m.N, tc.verdict, tc.points)
		}
	}
}

// The 27 tasks of BIG-Bench Hard as slices, with the accuracies that its authors publish for Codex.
func TestGateOnBBH(t *testing.T) {
	dir := realSuite(t, "bbh", "{name: accuracy, type: exact}")
	data, err := os.ReadFile(realdata.Path(t, "bbh", "published_metrics_direct.json"))
	if err != nil {
		t.Fatal(err)
	}
	var published map[string]json.RawMessage
	if err := json.Unmarshal(data, &published); err != nil {
		t.Fatal(err)
	}
	program := released(t)
	gated(t, program, dir, "eval run bbh -m replay/codex-direct --tag direct --json", 0)
	g := gated(t, program, dir, "eval run bbh -m replay/codex-direct --baseline direct --fail-on-regression --json", 0).Gate
	compared := 0
	for _, s := range g.Slices {
		var want struct{ Accuracy float64 }
		if err := json.Unmarshal(published[s.Tag], &want); err != nil {
			t.Errorf("%s: %v", s.Tag, err)
			continue
		}
		compared++
		if got := *s.Metrics[0].Candidate * 100; math.Abs(got-want.Accuracy) > 1e-9 {
			t.Errorf("%s: %v, published %v", s.Tag, got, want.Accuracy)
		}
	}
	if compared != 27 || g.Cases != 6511 || g.Verdict != "ok" {
		t.Errorf("%d tasks over %d cases, %s; want the 27 over 6511, ok", compared, g.Cases, g.Verdict)
	}
}

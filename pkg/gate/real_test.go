package gate

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/counts"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

// recordedRun runs real cases over recorded answers and loads the run.
func recordedRun(t testing.TB, set, recording, scorer string) *Run {
	t.Helper()
	data, err := filepath.Abs(realdata.Path(t, set))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	suite := fmt.Sprintf("name: %s\nprompt: {inline: \"{{question}}\"}\ncases: %q\nscorers:\n  - %s\n",
		set, filepath.ToSlash(filepath.Join(data, "cases.jsonl")), scorer)
	if err := os.WriteFile(filepath.Join(dir, "suite.yaml"), []byte(suite), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := eval.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := replay.Open(filepath.Join(data, "recordings", recording+".jsonl"), replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	out, err := eval.Run(t.Context(), s, eval.Config{
		Caller: engine.New(engine.Config{Gateway: m, Model: "replay/" + recording}), Root: filepath.Join(dir, "runs"), Concurrency: 8,
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Load(out.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const gsm8kScorer = `{name: accuracy, type: number, after: "A:"}`

// The two systems that openai/grade-school-math publishes with 21.68 % and 39.04 %.
func TestGSM8K(t *testing.T) {
	tuned, verified := recordedRun(t, "gsm8k", "6b-finetuning", gsm8kScorer), recordedRun(t, "gsm8k", "6b-verification", gsm8kScorer)
	sides := func(b, c *Run) rerunFunc { // recorded answers never change
		return func(side Side, id string) (bool, error) {
			run := map[Side]*Run{Baseline: b, Candidate: c}[side]
			return run.of(run.byID[id], "accuracy").passed > 0, nil
		}
	}
	for _, tc := range []struct {
		name         string
		before, now  *Run
		delta        string
		want         Verdict
		reasons      int
		brokenExcess bool
	}{
		{"finetuning to verification", tuned, verified, "+17.36", OK, 0, false},
		{"verification to finetuning", verified, tuned, "-17.36", Regressed, 2, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := Judge(t.Context(), tc.before, tc.now, Options{Rerunner: sides(tc.before, tc.now)})
			if err != nil {
				t.Fatal(err)
			}
			m := r.Metrics[0]
			t.Logf("delta %+.4f, CI %+.4f to %+.4f, p %.3g, %d up, %d down, mde %.4f, %d broken, %d fixed, %d reruns",
				*m.Delta, m.CI95[0], m.CI95[1], *m.P, m.Up, m.Down, *m.MDE, len(r.Broken), len(r.Fixed), r.Reruns)
			documented(t, "%+.2f points (CI %+.2f…%+.2f; %d↑ %d↓ / %s)", *m.Delta*100, m.CI95[0]*100, m.CI95[1]*100, m.Up, m.Down, counts.Grouped(m.N))
			if got := fmt.Sprintf("%+.2f", *m.Delta*100); got != tc.delta || r.Verdict != tc.want || m.N != 1319 || m.Up-m.Down != int(math.Round(*m.Delta*1319)) {
				t.Errorf("%s points and %s for %q; want %s and %s", got, r.Verdict, r.Reasons, tc.delta, tc.want)
			}
			if len(r.Reasons) != tc.reasons || (len(r.Broken) > len(r.Fixed)) != tc.brokenExcess {
				t.Errorf("%d broken, %d fixed, reasons %q", len(r.Broken), len(r.Fixed), r.Reasons)
			}
		})
	}
}

// The 27 tasks of BIG-Bench Hard as slices, with the accuracies that its authors publish for Codex.
func TestBBHSlices(t *testing.T) {
	run := recordedRun(t, "bbh", "codex-direct", "{name: accuracy, type: exact}")
	r, err := Judge(t.Context(), run, run, Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(realdata.Path(t, "bbh", "published_metrics_direct.json"))
	if err != nil {
		t.Fatal(err)
	}
	var published map[string]json.RawMessage
	if err := json.Unmarshal(data, &published); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, s := range r.Slices {
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
	if compared != 27 || r.Verdict != OK || r.Cases != 6511 {
		t.Errorf("%d tasks compared over %d cases, verdict %s for %s", compared, r.Cases, r.Verdict, strings.Join(r.Reasons, "; "))
	}
}

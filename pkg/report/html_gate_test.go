package report

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
)

// The page has the comparison to draw, in words of the program's and as numbers.
func TestPageOfAGate(t *testing.T) {
	for _, evil := range hostile {
		run := storedRun(t, nil)
		g := gated(gate.Regressed, evil, "a", "b")
		g.Result.Reasons = []string{"fell: " + evil}
		run.Gate = &g
		found := regexp.MustCompile(`(?s)<script type="application/json" id="head">(.*?)</script>`).FindStringSubmatch(written(t, "html", run))
		if found == nil {
			t.Fatal("the page has no head")
		}
		var head struct{ Runs []struct{ Gate *pageGate } }
		if err := json.Unmarshal([]byte(found[1]), &head); err != nil || head.Runs[0].Gate == nil {
			t.Fatalf("%q: %v", evil, err)
		}
		p := head.Runs[0].Gate
		if p.Title != "prompt-customer-support v2.0.0-rc.1 vs v1.5.0" || p.Verdict != gate.Regressed || len(p.Slices) != 1 || len(p.Kinds) != 2 {
			t.Errorf("%q: %+v", evil, p)
		}
		if p.Usage[0].Text != "cost per call $0.00100 → $0.00130 (+30.0 %, CI +21.0…+40.0 %)" || p.Usage[0].Verdict != gate.Inconclusive {
			t.Errorf("usage: %+v", p.Usage)
		}
		if len(p.Warnings) != 1 || strings.ContainsAny(p.Reasons[0]+p.Warnings[0], "\u202e\u2066\x1b\n") {
			t.Errorf("sentences: %q %q", p.Reasons, p.Warnings)
		}
		m := p.Rows[0]
		if m.FromTo != "0.92 → 0.94" || m.Change != "+0.02" || m.Interval != "−0.03…+0.07" || m.Limits != "margin 0.05" ||
			m.Says != "detects drops ≥ 0.07; a drop of 0.05 takes 190 cases" || *m.Low != -0.0347 || *m.Threshold != -0.05 {
			t.Errorf("row: %+v", m)
		}
	}
	if page := written(t, "html", hostileRun(t)); strings.Contains(page, `"gate":{"title"`) {
		t.Error("a run that was compared with nothing has a comparison")
	}
}

// An edited prompt that kept its version is told from what it was.
func TestGateNamesTwoTextsOfOneVersion(t *testing.T) {
	g := gated(gate.OK, "x", "a", "b")
	for _, c := range []struct {
		before, now eval.PromptID
		want        string
	}{
		{eval.PromptID{Name: "p", Version: "1.0.0", SHA256: "aaaabbbbcccc"}, eval.PromptID{Name: "p", Version: "1.0.0", SHA256: "ddddeeeeffff"}, "v1.0.0 (ddddeeee) vs v1.0.0 (aaaabbbb)"},
		{eval.PromptID{Name: "p", Version: "1.0.0", SHA256: "aaaabbbbcccc"}, eval.PromptID{Name: "p", Version: "1.1.0", SHA256: "ddddeeeeffff"}, "v1.1.0 vs v1.0.0"},
		{eval.PromptID{Name: "p", Version: "1.0.0", SHA256: "aaaabbbbcccc"}, eval.PromptID{Name: "p", Version: "1.0.0", SHA256: "aaaabbbbcccc"}, "run-2 vs x"},
	} {
		g.Baseline.Prompt, g.Candidate.Prompt, g.Candidate.ID = &c.before, &c.now, "run-2"
		if text := gateMarkdownOf(t, g, 0); !strings.Contains(text, "### prompt-p "+c.want+" ✅ ok") {
			t.Errorf("%.120s; want %s", text, c.want)
		}
	}
}

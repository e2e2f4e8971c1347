package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/gate"
	prompts "github.com/llmops-toolkit/llmops/pkg/prompt"
)

// gated is a comparison in which one case says what it is given.
func gated(verdict gate.Verdict, name, before, now string) Gate {
	number := func(x float64) *float64 { return &x }
	needed := 190
	m := gate.Metric{
		Name: name, Gated: true, Baseline: number(0.92), Candidate: number(0.94), Delta: number(0.02), CI95: &[2]float64{-0.0347, 0.0737},
		N: 100, Up: 4, Down: 2, MDE: number(0.069), Needed: &needed, Margin: 0.05, Verdict: verdict,
	}
	cost := gate.Growth{Name: "cost_usd", Baseline: 0.001, Candidate: 0.0013, Ratio: number(1.3), CI95: &[2]float64{1.21, 1.4}, Verdict: gate.Inconclusive}
	return Gate{
		Suite: name, Baseline: eval.Info{Prompt: &eval.PromptID{Name: "customer-support", Version: "1.5.0"}},
		Candidate: eval.Info{Prompt: &eval.PromptID{Name: "customer-support", Version: "2.0.0-rc.1"}},
		Result: &gate.Result{
			Verdict: verdict, Baseline: name, Metrics: []gate.Metric{m}, Usage: []gate.Growth{cost}, Warnings: []string{cost.String(), "of " + name},
			Slices: []gate.Slice{{Tag: name, Metrics: []gate.Metric{m}}}, Confirmed: gate.Confirmed{Broken: []string{name}, Flaky: []string{"f"}},
		},
		Cases: []GateCase{{
			ID: name, Kind: "BROKEN", Baseline: &eval.Record{Output: before},
			Candidate: &eval.Record{Output: now, Scores: map[string]eval.Score{name: {Why: now}}}, Diff: prompts.DiffText(before, now),
		}},
	}
}

func gateMarkdownOf(t *testing.T, g Gate, limit int) string {
	t.Helper()
	var out bytes.Buffer
	if err := GateMarkdown(&out, g, limit); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The lines that a reviewer reads first.
func TestGateMarkdown(t *testing.T) {
	text := gateMarkdownOf(t, gated(gate.OK, "intent_accuracy", "Paris it is", "Paris it was"), 0)
	for _, want := range []string{
		"<!-- llmops-eval: intent_accuracy -->\n### prompt-customer-support v2.0.0-rc.1 vs v1.5.0 ✅ ok\n",
		"\n- intent_accuracy 0.92 → 0.94 (+0.02, CI −0.03…+0.07; 4↑ 2↓ / 100) ✅ detects drops ≥ 0.07\n",
		"\n- cost per call $0.00100 → $0.00130 (+30.0 %, CI +21.0…+40.0 %) ⚠️\n",
		"\nTo see the margin in 8 of 10 comparisons: intent_accuracy: a drop of 0.05 takes 190 cases\n",
		"<details><summary>Changed cases: 1 broken, 1 flaky</summary>",
		"```text\nParis it [-is-]{+was+}\n```",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := strings.Count(text, "grew by"); n != 0 {
		t.Errorf("the cost is told %d times more", n)
	}
}

// Whatever a model or a user writes stands in code, in which nobody is called and nothing is a link, HTML, a marker or the
// end of a fold.
func TestGateMarkdownHoldsHostileText(t *testing.T) {
	texts := append([]string{
		"@everyone @org/team", "<!-- llmops-eval: other -->", "</details>\n\n# Approved", "[x](http://evil) ![](http://evil/p.png)", "```\n@everyone\n```",
		"~~~\n</details>", "````` ` @a", "\u202eltr\u2066\u200b\ufeff\U000e0041", "/approve\n/merge", "fixes #1", "http://evil www.evil.example", "a | b \\| c", "&lt;&#60;script&#62;",
		strings.Repeat("@everyone ", 20_000), strings.Repeat("`", 3_000) + "@everyone", strings.Repeat("line @everyone\n", 5_000),
	}, hostile...)
	code := regexp.MustCompile("(?s)(?:^|\n)(`{3,})text\n.*?\n(?:`{3,})\n")
	for i, evil := range texts {
		for _, before := range []string{"", "a calm answer", evil + " once"} {
			t.Run(fmt.Sprint(i, len(before)), func(t *testing.T) {
				text := gateMarkdownOf(t, gated(gate.Regressed, evil, before, evil), CommentLimit)
				if len(text) > CommentLimit || !utf8.ValidString(text) {
					t.Errorf("%d bytes", len(text))
				}
				_, shown, _ := strings.Cut(text, "\n")
				shown = withoutCode(code.ReplaceAllString(shown, "\n"))
				if strings.Count(shown, "<details>") != strings.Count(shown, "</details>") {
					t.Error("folds are open or closed by others")
				}
				shown = regexp.MustCompile(`</?(details|summary)>`).ReplaceAllString(shown, "")
				if at := regexp.MustCompile(`[@<&#]\w|\]\(|http|www|<!--|\n/|\n# `).FindString(shown); at != "" {
					t.Errorf("%q stands outside of code in\n%.2000s", at, shown)
				}
				if strings.ContainsAny(text, "\u202e\u2066\u200b\ufeff\u2028\x1b") {
					t.Error("hidden characters stay hidden")
				}
			})
		}
	}
}

// withoutCode takes spans of code away as CommonMark finds them: a run of backticks ends at the next of its length.
func withoutCode(s string) string {
	var out strings.Builder
	for s != "" {
		run := len(s) - len(strings.TrimLeft(s, "`"))
		if run == 0 {
			next := strings.IndexByte(s+"`", '`')
			out.WriteString(s[:next])
			s = s[next:]
			continue
		}
		fence, rest := s[:run], s[run:]
		end := 0
		for at := 0; end == 0; {
			i := strings.Index(rest[at:], fence)
			if i < 0 {
				break
			}
			at += i
			length := len(rest[at:]) - len(strings.TrimLeft(rest[at:], "`"))
			if length == run {
				end = at + run
				break
			}
			at += length
		}
		if s = rest; end > 0 {
			s = rest[end:]
		} else {
			out.WriteString(fence)
		}
	}
	return out.String()
}

// The comparison in JUnit keeps to the schema, alone and beside the run's own cases, and a case that broke fails the
// build only where the gate does.
func TestGateJUnit(t *testing.T) {
	for verdict, failures := range map[gate.Verdict]int{gate.OK: 0, gate.Regressed: 4} {
		g := gated(verdict, "\x1b<evil>&", "a", "b\x00")
		var out bytes.Buffer
		if err := GateJUnit(&out, g); err != nil {
			t.Fatal(err)
		}
		checkJUnit(t, out.String(), 5)
		var doc struct {
			Suite struct {
				Failures int `xml:"failures,attr"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(out.Bytes(), &doc); err != nil || doc.Suite.Failures != failures {
			t.Errorf("%s: %d failures, want %d; %v", verdict, doc.Suite.Failures, failures, err)
		}
	}
	run := hostileRun(t)
	g := gated(gate.OK, "x", "a", "b")
	run.Gate = &g
	text := written(t, "xml", run)
	if !strings.Contains(text, `name="verdict"`) || strings.Count(text, "<testsuite ") != 2 {
		t.Error("the run's report has not the verdict")
	}
	if text := written(t, "md", run); !strings.HasPrefix(text, "<!-- llmops-eval: x -->\n### prompt-customer-support") {
		t.Errorf("the run's report begins with %.80q", text)
	}
}

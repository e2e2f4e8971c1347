package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/muesli/termenv"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

var update = flag.Bool("update", false, "write the golden files anew")

func ptr[T any](v T) *T { return &v }

// example is a run with something of everything.
func example(t *testing.T) *eval.Outcome {
	t.Helper()
	dir := t.TempDir()
	records := []eval.Record{
		{Case: "fine", Output: "x", Scores: map[string]eval.Score{"accuracy": {Value: ptr(1.0), Pass: true}}},
		{
			Seq: 1, Case: "wrong", Output: "It takes 2*1/2 bolts.\n\nSo it takes " + strings.Repeat("many words, ", 30) + "and A: 115000",
			Expected: json.RawMessage(`"70000"`), Scores: map[string]eval.Score{
				"accuracy": {Value: ptr(0.0), Why: "want 70000, got 115000"}, "tone": {Unscored: "the case has no expected_tone"},
			},
		},
		{Seq: 2, Case: "evil \x1b[31m\u202e", Repeat: 1, Output: "a\x1b]0;title\x07b\x9b31mc", Scores: map[string]eval.Score{"accuracy": {Value: ptr(0.0), Why: "\x1b[2Jgone"}}},
		{Seq: 3, Case: "down", Error: &eval.Failure{Type: "server", Message: "openai: server (HTTP 500)"}},
		{Seq: 4, Case: "empty", Scores: map[string]eval.Score{"accuracy": {Value: ptr(0.0), Why: "want \"1\", got \"\""}}},
		{Seq: 5, Case: "more", Scores: map[string]eval.Score{"accuracy": {Value: ptr(0.0)}}},
		{Seq: 6, Case: "and more", Scores: map[string]eval.Score{"accuracy": {Value: ptr(0.0)}}},
	}
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	for _, r := range records {
		if err := enc.Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "cases.jsonl"), lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	accuracy := eval.MetricResult{Name: "accuracy", Mean: ptr(286.0 / 1319), N: 1319, CI95: &[2]float64{0.19542, 0.23989}}
	tone := eval.MetricResult{Name: "tone_of_voice_of_the_answers_as_judged_by_a_very_long_name", N: 0, Unscored: 1319}
	return &eval.Outcome{Dir: dir, Result: eval.Result{
		Schema: eval.Schema, Run: eval.RunID{ID: "r1", Suite: "gsm8k", Tag: "main", Model: "replay/6b-finetuning", Prompt: &eval.PromptID{Name: "math-solver", Version: "1.0.0"}},
		Cases: 1319, Errors: 1, Invalid: "tone: 1319 of 1319 answers are unscored, more than 5 %",
		Metrics: []eval.MetricResult{accuracy, tone},
		Slices:  []eval.Slice{{Tag: "grade-school", Cases: 1000, Metrics: []eval.MetricResult{accuracy}}, {Tag: "hard", Cases: 319, Metrics: []eval.MetricResult{accuracy, tone}}},
		Usage:   &llm.Usage{UncachedInput: 1234567, Output: 89}, Unknown: 4, Cost: ptr(llm.Money(1_250_000_000)), Unpriced: 2, Duration: 412, Latency: &eval.Latency{P50: 348.4, P95: 1628.2},
	}}
}

func TestText(t *testing.T) {
	out := example(t)
	for _, width := range []int{0, 40} {
		var got bytes.Buffer
		run := Run{Outcome: out, Answers: "sample answers, not a model's", Dir: ".llmops/runs/r1", Failed: 4}
		if err := Text(&got, run, Style{Width: width}); err != nil {
			t.Fatal(err)
		}
		limit := width
		if limit == 0 {
			limit = 80
		}
		for _, line := range strings.Split(got.String(), "\n") {
			if n := ansi.StringWidth(line); n > limit && width == 0 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		if strings.ContainsAny(got.String(), "\x1b\x07\u009b\u202e\r\t") {
			t.Errorf("control characters in plain text: %q", got.String())
		}
		name := map[int]string{0: "testdata/text.txt", 40: "testdata/narrow.txt"}[width]
		if *update {
			if err := os.WriteFile(name, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// With colour the text is the same, and what a model wrote still does nothing.
func TestTextInColour(t *testing.T) {
	out := example(t)
	var plainText, coloured bytes.Buffer
	r := lipgloss.NewRenderer(&coloured, termenv.WithProfile(termenv.ANSI256), termenv.WithTTY(true))
	run := Run{Outcome: out, Dir: "runs/r1"}
	if err := errors.Join(Text(&plainText, run, Style{}), Text(&coloured, run, Style{Renderer: r})); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(coloured.String(), "\x1b[") {
		t.Error("no colour")
	}
	if diff := cmp.Diff(plainText.String(), trimLines(ansi.Strip(coloured.String()))); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(coloured.String(), "\x1b]") || strings.Contains(coloured.String(), "\x1b[2J") {
		t.Error("a model's escape sequence came through")
	}
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func TestTextWithoutScorers(t *testing.T) {
	var got bytes.Buffer
	if err := Text(&got, Run{Outcome: &eval.Outcome{Result: eval.Result{Run: eval.RunID{Suite: "s"}, Valid: true, Cases: 1}}}, Style{}); err != nil {
		t.Fatal(err)
	}
	want := "s\n1 case · 0.00 s · tokens unknown · unpriced\n\nthe suite has no scorer, so nothing was scored\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteErrors(t *testing.T) {
	if err := Text(full{}, Run{Outcome: example(t)}, Style{}); err == nil {
		t.Error("Text hides the writer's error")
	}
	if err := JSON(full{}, eval.Result{}); err == nil {
		t.Error("JSON hides the writer's error")
	}
}

func TestJSON(t *testing.T) {
	var got bytes.Buffer
	if err := JSON(&got, example(t).Result); err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(got.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc["schema"] != "llmops.eval.run/v1" || doc["cost_usd"] != 1.25 || doc["gate"] != nil || !strings.HasSuffix(got.String(), "}\n") {
		t.Errorf("got %s", got.String())
	}
}

func TestShorten(t *testing.T) {
	for text, want := range map[string]string{"short": "short", "1234567890": "1234567890", "the answer is 42": "the …is 42", "ışığı gördüm ama": "ışığ…m ama", "日本語日本語日本語": "日本…本語"} {
		if got := shorten(text, 10); got != want {
			t.Errorf("shorten(%q, 10) = %q, want %q", text, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for ms, want := range map[float64]string{0.038: "0.038 ms", 9.96: "10 ms", 348.4: "348 ms", 1628.2: "1.63 s"} {
		if got := latency(ms); got != want {
			t.Errorf("latency(%v) = %q, want %q", ms, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q, want %q", n, got, want)
		}
	}
	if got := duration(61_499); got != "1m1s" {
		t.Errorf("duration = %q", got)
	}
}

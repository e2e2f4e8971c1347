package gate

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// suiteWith loads a suite with the scorers accuracy and tone and a gate section.
func suiteWith(t testing.TB, gate string) (*eval.Suite, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "suite.yaml")
	text := "cases: cases.jsonl\nscorers:\n  - {name: accuracy, type: exact}\n  - {name: tone, type: exact}\n" + gate
	if strings.Contains(gate, "helpful") {
		text = strings.Replace(text, "\n  - {name: tone", "\n  - {name: helpful, type: judge, criteria: good}\n  - {name: tone", 1)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return eval.Load(file)
}

func TestParse(t *testing.T) {
	for name, tc := range map[string]struct {
		gate string
		want Config
	}{
		"none":                     {"", Config{}},
		"empty":                    {"gate: {}\n", Config{}},
		"a limit":                  {"gate:\n  accuracy: {min_effect: 0.01, margin: 0.02}\n", Config{Metrics: map[string]Limit{"accuracy": {MinEffect: 0.01, Margin: ptr(0.02)}}}},
		"the defaults of a metric": {"gate: {tone: }\n", Config{Metrics: map[string]Limit{"tone": {}}}},
		"a metric of cases":        {"gate: {contains: {margin: 0}}\n", Config{Metrics: map[string]Limit{"contains": {MinEffect: 0, Margin: ptr(0.0)}}}},
		"all": {
			"gate:\n  metrics: {accuracy: {margin: 1}}\n  tone: report\n  broken: strict\n  slices: [billing, refunds]\n" +
				"  budgets: {cost_per_call: 0.01, p95: 4s, prompt_tokens: 4000}\n  growth: {cost: fail, tokens: off, above: 0.2}\n  max_reruns: 9\n",
			Config{
				Metrics: map[string]Limit{"accuracy": {MinEffect: 0, Margin: ptr(1.0)}}, ReportOnly: []string{"tone"}, Broken: Strict,
				Slices: []string{"billing", "refunds"}, Budgets: Budgets{llm.Dollar / 100, 4 * time.Second, 4000},
				Growth: GrowthLimits{Cost: GrowthFail, Tokens: GrowthOff, Above: ptr(0.2)}, MaxReruns: 9,
			},
		},
		"a judge": {
			"gate:\n  helpful: {min_kappa: 0.6, min_labels: 50}\n  tone: {better: lower}\n",
			Config{Metrics: map[string]Limit{"helpful": {MinKappa: 0.6, MinLabels: 50}, "tone": {Better: Lower}}},
		},
		"an alias": {"gate:\n  accuracy: &l {margin: 0.1}\n  tone: *l\n", Config{Metrics: map[string]Limit{"accuracy": {MinEffect: 0, Margin: ptr(0.1)}, "tone": {MinEffect: 0, Margin: ptr(0.1)}}}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := suiteWith(t, tc.gate)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			if tc.want.Metrics == nil {
				tc.want.Metrics = map[string]Limit{}
			}
			if diff := cmp.Diff(&tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tc := range []struct{ name, gate, place, msg, hint string }{
		{"a misspelt metric", "gate:\n  acuracy: {}\n", ":6:3", `no metric "acuracy"`, "accuracy"},
		{"a misspelt key", "gate:\n  budget: {}\n", ":6:3", `no metric "budget"`, "budgets"},
		{"a misspelt limit", "gate:\n  accuracy: {margn: 1}\n", ":6:14", `unknown key "margn"`, "margin"},
		{"a far-off key", "gate:\n  growth: {zzzzzz: 1}\n", ":6:12", `unknown key "zzzzzz"`, "known are above"},
		{"a metric under metrics", "gate:\n  metrics: {ton: {}}\n", ":6:13", `no metric "ton"`, "tone"},
		{"a negative margin", "gate:\n  tone: {margin: -1}\n", ":6:18", `from 0 on, not "-1"`, ""},
		{"a margin that is no number", "gate:\n  tone: {margin: much}\n", ":6:18", "wants a number", ""},
		{"NaN", "gate:\n  tone: {min_effect: .nan}\n", ":6:22", "wants a number", ""},
		{"text for a limit", "gate:\n  tone: yes please\n", ":6:9", "wants a mapping", ""},
		{"a policy", "gate:\n  broken: gross\n", ":6:11", "wants one of net, strict, report", ""},
		{"slices", "gate:\n  slices: {a: b}\n", ":6:11", "list of tags", ""},
		{"a cost", "gate:\n  budgets: {cost_per_call: cheap}\n", ":6:28", "wants dollars", ""},
		{"a duration", "gate:\n  budgets: {p95: 4}\n", ":6:18", "wants a duration", ""},
		{"a count of tokens", "gate:\n  budgets: {prompt_tokens: 1.5}\n", ":6:28", "wants a whole number", ""},
		{"a count of reruns", "gate:\n  max_reruns: 1.5\n", ":6:15", "wants a whole number", ""},
		{"a kappa of what is computed", "gate:\n  tone: {min_kappa: 0.6}\n", ":6:21", "tone is computed", "leave out"},
		{"a kappa above 1", "gate:\n  helpful: {min_kappa: 6}\n", ":7:24", "wants a number", ""},
		{"a direction", "gate:\n  tone: {better: \"\"}\n", ":6:18", "wants one of higher, lower", ""},
		{"twice", "gate:\n  tone: {}\n  tone: {}\n", ":7:3", "already given in line 6", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := suiteWith(t, tc.gate)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(s)
			var d *diag.Error
			if !errors.As(err, &d) {
				t.Fatalf("got %v, want a mistake with its place", err)
			}
			if !strings.Contains(d.Error(), tc.place) || !strings.Contains(d.Error(), tc.msg) || !strings.Contains(d.Hint(), tc.hint) {
				t.Errorf("%v (hint %q); want %s, %s, hint %q", d, d.Hint(), tc.place, tc.msg, tc.hint)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"gate: {}\n", "gate:\n  accuracy: {margin: 0.1}\n  budgets: {p95: 1s}\n", "gate: &a\n  metrics: *a\n", "gate:\n  slices: [1, [2]]\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, gate string) {
		s, err := suiteWith(t, gate)
		if err != nil {
			return
		}
		var d *diag.Error
		if _, err := Parse(s); err != nil && !errors.As(err, &d) {
			t.Errorf("%v is no mistake with a place", err)
		}
	})
}

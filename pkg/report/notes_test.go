package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	judging "github.com/llmops-toolkit/llmops/pkg/score"
)

func TestNotes(t *testing.T) {
	result := func(repeats int, metrics ...eval.MetricResult) eval.Result {
		return eval.Result{Run: eval.RunID{Repeat: repeats}, Metrics: metrics}
	}
	bleu := eval.MetricResult{Name: "bleu", Signature: "nrefs:var|tok:13a"}
	pair := eval.MetricResult{Name: "better", Compared: 40, Flips: 3}
	strict := eval.MetricResult{Name: "strict", Reduce: "pass^3"}
	for _, tt := range []struct {
		name string
		of   eval.Result
		want []string
	}{
		{"nothing to say", result(1, eval.MetricResult{Name: "exact"}), nil},
		{"a signature", result(1, bleu), []string{"bleu: nrefs:var|tok:13a"}},
		{"a unit", result(1, eval.MetricResult{Name: "latency", Unit: "ms"}), []string{"latency: in ms"}},
		{"flips", result(1, pair), []string{"better: 3 of 40 verdicts changed with the order of the answers (7.5 %)"}},
		{"no flip is said too", result(1, eval.MetricResult{Name: "b", Compared: 1}), []string{"b: 0 of 1 verdict changed with the order of the answers (0.0 %)"}},
		{"one reduction", result(5, bleu, eval.MetricResult{Name: "exact"}), []string{"all metrics: mean of 5 repeats", "bleu: nrefs:var|tok:13a"}},
		{"two reductions", result(5, bleu, strict), []string{"bleu: mean of 5 repeats · nrefs:var|tok:13a", "strict: pass^3 of 5 repeats"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, noted(tt.of, strings.Clone)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a figure cannot be read without stands in every form of a report that people read.
func TestNotesInReports(t *testing.T) {
	cost := llm.Money(12_300_000)
	info := eval.Info{Suite: "s", ID: "r1", Repeat: 2, Matrix: &eval.MatrixID{Cells: []eval.Cell{{Name: "temperature=0.5"}}}}
	result := eval.Result{
		Run: info.RunID(), Metrics: []eval.MetricResult{{Name: "bleu", Signature: "nrefs:var", Reduce: "pass^2"}},
		Judges: &judging.Bill{Calls: 4, Cost: &cost, Usage: &llm.Usage{UncachedInput: 10, Output: 2}},
	}
	runs := []Run{{Outcome: &eval.Outcome{Info: info, Result: result}}}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text": func(b *bytes.Buffer) error { return Text(b, runs[0], Style{}) },
		"md":   func(b *bytes.Buffer) error { return Markdown(b, runs) },
		"html": func(b *bytes.Buffer) error { return HTML(b, runs) },
		"json": func(b *bytes.Buffer) error { return resultsJSON(b, runs) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"nrefs:var", "pass^2", "0.0123", "temperature=0.5"} {
				if !strings.Contains(b.String(), want) {
					t.Errorf("lacks %q:\n%.800s", want, b.String())
				}
			}
		})
	}
}

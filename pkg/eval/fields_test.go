package eval

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// What a case says of documents and refusals reaches the scorers that look at it, and a metric is seen by the
// expressions that come after it.
func TestFieldsReachScorers(t *testing.T) {
	const scorers = "scorers: [{type: recall_at_k, k: 2}, {type: refusal}, {type: expr, expr: 'metrics.refusal == 1'}]\n"
	want := []string{"recall_at_k 0.5", "refusal 1", "expr 1"}
	for name, text := range map[string]string{
		"c.jsonl": `{"input": "x", "relevant": ["a", "b"], "retrieved": ["a", "c"], "expected_refusal": true}`,
		"c.json":  `[{"input": "x", "relevant": {"a": 2, "b": 1}, "retrieved": ["a", "c"], "expected_refusal": true}]`,
		"c.yaml":  "- {input: x, relevant: [a, b], retrieved: [a, c], expected_refusal: true}",
		"c.csv":   "input,relevant,retrieved,expected_refusal\nx,a|b,a|c,TRUE\n",
	} {
		s := mustSuite(t, map[string]string{suiteName: "cases: " + name + "\n" + scorers, name: text})
		caller := callerFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
			return answering("I'm sorry, but I can't help with that."), nil
		})
		out, err := Run(t.Context(), s, Config{Caller: caller, Root: t.TempDir()})
		if err != nil {
			t.Fatal(name, err)
		}
		var got []string
		for _, m := range out.Result.Metrics {
			if m.Mean == nil {
				t.Fatalf("%s: %s is unscored", name, m.Name)
			}
			got = append(got, fmt.Sprint(m.Name, " ", *m.Mean))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

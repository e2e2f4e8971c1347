package eval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// rescoring is a suite of 20 cases with a stored run.
func rescoring(t *testing.T, scorers string) (suite *Suite, run string) {
	t.Helper()
	var cases strings.Builder
	for i := range 20 {
		fmt.Fprintf(&cases, "{\"id\": \"c%02d\", \"input\": \"q\", \"expected\": \"yes\"}\n", i)
	}
	files := map[string]string{suiteName: "name: s\ncases: c.jsonl\nscorers:\n  - {name: right, type: exact}\n", "c.jsonl": cases.String()}
	out, err := Run(t.Context(), mustSuite(t, files), Config{Caller: always("no"), Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	files[suiteName] = "name: s\ncases: c.jsonl\nscorers:\n" + scorers
	return mustSuite(t, files), out.Dir
}

// Metrics that use others see them as they are: kept, or scored anew before.
func TestRescore(t *testing.T) {
	defer goleak.VerifyNone(t)
	suite, run := rescoring(t, "  - {name: right, type: starts_with, values: [n]}\n  - {name: half, type: expr, expr: 'metrics.right / 2'}\n")
	for name, tc := range map[string]struct {
		metrics     []string
		right, half float64
	}{
		"both":          {[]string{"right", "half"}, 1, 0.5},
		"what uses one": {[]string{"half"}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			for rec, err := range Rescore(t.Context(), suite, run, tc.metrics, 8) {
				if err != nil {
					t.Fatal(err)
				}
				n++
				if r, h := rec.Scores["right"], rec.Scores["half"]; r.Value == nil || h.Value == nil || *r.Value != tc.right || *h.Value != tc.half {
					t.Fatalf("%s: right %+v, half %+v", rec.Case, r, h)
				}
			}
			if n != 20 {
				t.Errorf("%d records", n)
			}
		})
	}
	for range Rescore(t.Context(), suite, run, []string{"right"}, 8) { // whoever stops leaves nobody behind
		break
	}
}

// A judge whose key is refused ends it, as it ends a run.
func TestRescoreStops(t *testing.T) {
	defer goleak.VerifyNone(t)
	suite, run := rescoring(t, "  - {name: good, type: judge, criteria: good}\n")
	err := suite.Bind(score.Tools{
		Judge: func(context.Context, score.Ask) (*score.Reply, error) { return nil, &llm.Error{Kind: llm.KindAuth} },
		Prompt: func(ref, _ string) (score.Judge, error) {
			v, err := score.FindPrompt(nil, ref)
			return score.Judge{Prompt: v, Model: "test/judge"}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range Rescore(t.Context(), suite, run, []string{"good"}, 4) {
		last = err
	}
	if !errors.Is(last, llm.ErrAuth) || !strings.Contains(last.Error(), "case c") {
		t.Errorf("got %v", last)
	}
}

package eval

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("EVAL_TEST_RUN_FOREVER"); dir != "" {
		runForever(dir)
	}
	goleak.VerifyTestMain(m)
}

// The suite of testdata has all formats, both kinds of automatic scorers and a case that nobody recorded.
func TestRunSupport(t *testing.T) {
	s, err := Load("testdata/support")
	if err != nil {
		t.Fatal(err)
	}
	model, err := s.ModelRef(s.Model)
	if err != nil {
		t.Fatal(err)
	}
	var last Progress
	out, err := Run(t.Context(), s, Config{
		Caller: recorded(t, strings.TrimPrefix(model, "replay/")), Root: t.TempDir(), Tag: "v1", Concurrency: 3,
		Progress: func(p Progress) { last = p },
	})
	if err != nil {
		t.Fatal(err)
	}
	r := out.Result
	got := map[string]string{}
	for _, m := range r.Metrics {
		got[m.Name] = fmt.Sprintf("%.3f of %d, %d unscored", *m.Mean, m.N, m.Unscored)
	}
	want := map[string]string{
		// right: hello yes; total no, with weight 2; İade no; price yes; csv no; and gone has no answer
		"right": "0.333 of 5, 1 unscored",
		// number: total, with weight 2, is right; price has no marker; hello, İade and csv expect no number
		"number":       "0.667 of 2, 4 unscored",
		"contains":     "1.000 of 2, 0 unscored",
		"not_contains": "0.500 of 2, 0 unscored",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.Cases != 6 || r.Errors != 1 || r.Valid || r.Usage.Input() != 18 || r.Unknown != 4 || r.Cost != nil || r.Unpriced != 6 {
		t.Errorf("totals %+v", r)
	}
	if last.Done != 6 || last.Total != 6 || last.Failed != 1 || last.Totals.Tokens.Output != 8 {
		t.Errorf("progress %+v", last)
	}
	var tags []string
	for _, slice := range r.Slices {
		tags = append(tags, fmt.Sprint(slice.Tag, slice.Cases))
	}
	if diff := cmp.Diff([]string{"en5", "maths1", "tr1"}, tags); diff != "" {
		t.Error(diff)
	}
}

// What scripts lean on, by name.
func TestResultDocument(t *testing.T) {
	s := mustSuite(t, map[string]string{
		suiteName: "name: s\nmodel: m/x\nprompt: {inline: '{{input}}'}\ncases: c.jsonl\nscorers: [{name: accuracy, type: exact}]\n",
		"c.jsonl": `{"id": "a", "input": "x", "expected": "y", "tags": ["t"]}` + "\n" + `{"id": "b", "input": "x", "expected": "z"}`,
	})
	timed := callerFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		resp := answering("y")
		resp.Timing.Total = 1500 * time.Microsecond
		return resp, nil
	})
	clock := time.Date(2025, 3, 1, 14, 22, 33, 0, time.UTC)
	out, err := Run(t.Context(), s, Config{
		Caller: timed, Root: t.TempDir(), Tag: "main", NewID: func() string { return "r1" },
		Now: func() time.Time { return clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.MarshalIndent(out.Result, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSpace(readFile(t, "testdata/result.json"))
	want = strings.ReplaceAll(want, "SHA256", out.Info.Prompt.SHA256)
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
}

func TestUnscoredIsNotZero(t *testing.T) {
	s := mustSuite(t, map[string]string{
		suiteName: "cases: c.jsonl\nmax_unscored: 0.5\nscorers: [{type: exact}, {name: not, type: exact, negate: true}]\n",
		"c.jsonl": strings.Repeat(`{"input": "ok", "expected": "ok"}`+"\n", 3) + `{"id": "down", "input": "down", "expected": "ok"}`,
	})
	caller := callerFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		if req.Case == "down" {
			return answering("o"), &llm.Error{Kind: llm.KindTruncated, Provider: "p"}
		}
		return answering(req.Messages[0].Text()), nil
	})
	for limit, valid := range map[float64]bool{0.5: true, 0.25: true, 0.24: false, 0: false} {
		s.MaxUnscored = &limit
		out, err := Run(t.Context(), s, Config{Caller: caller, Root: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		r := out.Result
		if m := r.Metrics[0]; *m.Mean != 1 || m.N != 3 || m.Unscored != 1 {
			t.Errorf("exact: %+v", m)
		}
		if m := r.Metrics[1]; *m.Mean != 0 || m.N != 3 || m.Unscored != 1 {
			t.Errorf("its negation: %+v", m)
		}
		if r.Valid != valid || (r.Invalid == "") != valid || r.Errors != 1 {
			t.Errorf("limit %v: valid %t, %q, %d errors", limit, r.Valid, r.Invalid, r.Errors)
		}
		for rec := range Records(out.Dir) {
			if rec.Case == "down" && (rec.Output != "o" || rec.Error.Type != "truncated" || rec.Passed()) {
				t.Errorf("the part of an answer is not kept: %+v", rec)
			}
		}
	}
}

// Nothing scored is null and not a number.
func TestAllUnscored(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": `{"input": "x"}`})
	out, err := Run(t.Context(), s, Config{Caller: always("x"), Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if m := out.Result.Metrics[0]; m.Mean != nil || m.CI95 != nil || m.N != 0 || m.Unscored != 1 || out.Result.Valid {
		t.Errorf("%+v", m)
	}
}

func TestRepeats(t *testing.T) {
	s := mustSuite(t, map[string]string{
		suiteName: "cases: c.jsonl\nrepeat: 4\nscorers: [{type: exact}]\n",
		"c.jsonl": `{"id": "a", "input": "x", "expected": "0"}` + "\n" + `{"id": "b", "input": "x", "expected": "9"}`,
	})
	caller := callerFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		return answering(fmt.Sprint(req.Repeat)), nil
	})
	out, err := Run(t.Context(), s, Config{Caller: caller, Root: t.TempDir(), Concurrency: 8})
	if err != nil {
		t.Fatal(err)
	}
	if m := out.Result.Metrics[0]; *m.Mean != 0.125 || m.N != 2 || out.Result.Cases != 2 {
		t.Errorf("mean %v of %+v", *m.Mean, m)
	}
	var order []string
	for rec, err := range Records(out.Dir) {
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, fmt.Sprintf("%d %s %d %s", rec.Seq, rec.Case, rec.Repeat, rec.Output))
	}
	if diff := cmp.Diff([]string{"0 a 0 0", "1 a 1 1", "2 a 2 2", "3 a 3 3", "4 b 0 0", "5 b 1 1", "6 b 2 2", "7 b 3 3"}, order); diff != "" {
		t.Error(diff)
	}
}

// Answers come in any order; the file ends up in the cases' own.
func TestRecordsAreSorted(t *testing.T) {
	const n = 40
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": numbered(n)})
	caller := callerFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		if strings.HasSuffix(req.Case, "0") {
			time.Sleep(5 * time.Millisecond)
		}
		return answering("ok"), nil
	})
	out, err := Run(t.Context(), s, Config{Caller: caller, Root: t.TempDir(), Concurrency: 10})
	if err != nil {
		t.Fatal(err)
	}
	next := 0
	for rec, err := range Records(out.Dir) {
		if err != nil || rec.Seq != next || rec.Case != fmt.Sprintf("c%d", next) {
			t.Fatalf("record %d is %+v, %v", next, rec, err)
		}
		next++
	}
	if next != n {
		t.Errorf("%d records", next)
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id": "c%d", "input": "x", "expected": "ok"}`+"\n", i)
	}
	return b.String()
}

// Weights and clusters shape mean and interval.
func TestIntervalsOfResults(t *testing.T) {
	tests := []struct {
		name, keys string
		mean       float64
		low, high  float64
	}{
		{"Wilson", ``, 0.5, 0.1500, 0.8500},
		{"weights", `, "weight": %d`, 0.4, -0.5583, 1.3583},
		{"clusters", `, "cluster": "g%d"`, 0.5, -0.4187, 1.4187},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var lines strings.Builder
			for i := range 4 {
				keys := tt.keys
				if keys != "" {
					keys = fmt.Sprintf(keys, i+1)
				}
				fmt.Fprintf(&lines, `{"id": "%d", "input": "x", "expected": "%d"%s}`+"\n", i, i%2, keys)
			}
			s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": lines.String()})
			out, err := Run(t.Context(), s, Config{Caller: always("0"), Root: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			m := out.Result.Metrics[0]
			if math.Abs(*m.Mean-tt.mean) > 1e-9 || math.Abs(m.CI95[0]-tt.low) > 1e-4 || math.Abs(m.CI95[1]-tt.high) > 1e-4 {
				t.Errorf("mean %v, interval %v; want %v, [%v %v]", *m.Mean, *m.CI95, tt.mean, tt.low, tt.high)
			}
		})
	}
}

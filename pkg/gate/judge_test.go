package gate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
)

func ptr[T any](v T) *T { return &v }

func TestVerdicts(t *testing.T) {
	mixed := append(values(60, 1), values(40, 0)...)
	dropped := append(values(40, 1), values(60, 0)...)
	one := func(l Limit, more Config) *Config {
		more.Metrics = map[string]Limit{"right": l}
		return &more
	}
	yes := rerunFunc(func(side Side, _ string) (bool, error) { return side == Baseline, nil }) // what broke stays broken
	for _, tc := range []struct {
		name                string
		baseline, candidate []float64
		o                   Options
		want                Verdict
		reason              string
	}{
		{"nothing changed, many cases", values(500, 1), values(500, 1), Options{}, OK, ""},
		{"nothing changed, too few cases for the margin", values(20, 1), values(20, 1), Options{}, Inconclusive, "cannot be ruled out"},
		{"a drop of 20 points", mixed, dropped, Options{}, Regressed, "right fell by 0.2, from 0.6 to 0.4"},
		{"a rise of 20 points", dropped, mixed, Options{}, OK, ""},
		{"a sure drop below min_effect", mixed, dropped, Options{Config: one(Limit{MinEffect: 0.3, Margin: ptr(0.4)}, Config{})}, OK, ""},
		{"a sure drop below min_effect, not below the margin", mixed, dropped, Options{Config: one(Limit{MinEffect: 0.3}, Config{})}, Inconclusive, "margin"},
		{"a metric that is only reported", mixed, dropped, Options{Config: &Config{ReportOnly: []string{"right"}}}, OK, ""},
		{"one broken of 500", values(500, 1), append(values(499, 1), 0), Options{Rerunner: yes}, Regressed, "1 case is broken and 0 fixed: case-00499"},
		{"one broken of 500, reported", values(500, 1), append(values(499, 1), 0), Options{Rerunner: yes, Config: &Config{Broken: Report}}, OK, ""},
		{"one broken and nothing asks again", values(500, 1), append(values(499, 1), 0), Options{}, OK, ""},
		{"one broken, strict, and nothing asks again", values(500, 1), append(values(499, 1), 0), Options{Config: &Config{Broken: Strict}}, Inconclusive, "could not be confirmed"},
		{"6 % unscored", values(100, 1), append(values(94, 1), values(6, -1)...), Options{}, Invalid, "6 of 100 answers of the candidate are unscored"},
		{"5 % unscored", values(1000, 1), append(values(950, 1), values(50, -1)...), Options{}, OK, ""},
		{"unscored in the baseline", append(values(94, 1), values(6, -1)...), values(100, 1), Options{}, Invalid, "of the baseline"},
		{"one case of a graded metric", []float64{0.7}, []float64{0.7}, Options{}, Inconclusive, "1 case is too few"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := judge(t, of("b", tc.baseline...), of("c", tc.candidate...), tc.o)
			if r.Verdict != tc.want || !strings.Contains(strings.Join(r.Reasons, "; "), tc.reason) {
				t.Errorf("verdict %s for %q, want %s for %q", r.Verdict, r.Reasons, tc.want, tc.reason)
			}
			if (r.Verdict == OK) != (len(r.Reasons) == 0) {
				t.Errorf("verdict %s with the reasons %q", r.Verdict, r.Reasons)
			}
		})
	}
}

// Classes of cases that fail all of a sudden, by what asking again finds.
func TestConfirming(t *testing.T) {
	const n = 500
	failing := []float64{0, 0, 0, 0, 0}
	answers := map[string]map[Side]bool{
		caseID(0): {Baseline: true, Candidate: false},  // broken
		caseID(1): {Baseline: true, Candidate: true},   // flaky
		caseID(2): {Baseline: false, Candidate: false}, // drift
	}
	asked := map[string]int{}
	r := judge(t, of("b", values(n, 1)...), of("c", append(failing, values(n-5, 1)...)...), Options{
		Config: &Config{Broken: Report},
		Rerunner: rerunFunc(func(side Side, id string) (bool, error) {
			asked[id]++
			if answers[id] == nil {
				return false, errors.New("no answer")
			}
			return answers[id][side], nil
		}),
	})
	want := Confirmed{
		Broken: []string{caseID(0)}, Flaky: []string{caseID(1)}, Drift: []string{caseID(2)}, Fixed: []string{},
		Unconfirmed: []string{caseID(3), caseID(4)}, Reruns: 8 + 1 + 2 + 2,
	}
	if diff := cmp.Diff(want, r.Confirmed); diff != "" {
		t.Error(diff)
	}
	// F = 5, so k = ⌈ln(200)/ln 4⌉ = 4: 4+4 calls for the broken one, 1 for the flaky, 1+1 for the drift.
	if diff := cmp.Diff(map[string]int{caseID(0): 8, caseID(1): 1, caseID(2): 2, caseID(3): 1, caseID(4): 1}, asked); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenAgainstFixed(t *testing.T) {
	before := append([]float64{1, 1, 0, 0, 0}, values(495, 1)...)
	now := append([]float64{0, 0, 1, 1, 1}, values(495, 1)...)
	stays := rerunFunc(func(side Side, id string) (bool, error) {
		first := id == caseID(0) || id == caseID(1)
		return (side == Baseline) == first, nil
	})
	for name, tc := range map[string]struct {
		policy  Policy
		require int // a case; −1 means none
		want    Verdict
		fixed   int
	}{
		"net: as many fixed as broken":   {Net, -1, OK, 2},
		"strict":                         {Strict, -1, Regressed, 0},
		"report":                         {Report, -1, OK, 0},
		"report, but a case is required": {Report, 1, Regressed, 0},
		"net, but a case is required":    {Net, 0, Regressed, 2},
	} {
		t.Run(name, func(t *testing.T) {
			b, c := of("b", before...), of("c", now...)
			if tc.require >= 0 {
				c.records[tc.require].Required = true
			}
			r := judge(t, b, c, Options{Rerunner: stays, Config: &Config{Broken: tc.policy}})
			if r.Verdict != tc.want || len(r.Broken) != 2 || len(r.Fixed) != tc.fixed {
				t.Errorf("got %s with %d broken and %d fixed, for %q; want %s with 2 and %d", r.Verdict, len(r.Broken), len(r.Fixed), r.Reasons, tc.want, tc.fixed)
			}
		})
	}
}

func TestConfirmingStops(t *testing.T) {
	b, c := of("b", values(20, 1)...), of("c", values(20, 0)...)
	ctx, cancel := context.WithCancel(t.Context())
	stop := rerunFunc(func(Side, string) (bool, error) { cancel(); return false, ctx.Err() })
	if r, err := Judge(ctx, b.run(t), c.run(t), Options{Rerunner: stop}); r != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v and %v, want the context's error only", r, err)
	}
	held := rerunFunc(func(side Side, _ string) (bool, error) { return side == Baseline, nil })
	c.records[19].Required = true
	r := judge(t, b, c, Options{Rerunner: held, Config: &Config{MaxReruns: 12}})
	if r.Reruns != 12 || len(r.Unconfirmed) != 19 || len(r.Broken) != 1 || r.Broken[0] != caseID(19) {
		t.Errorf("%d reruns, broken %q and %d unconfirmed; want 12, the required case first", r.Reruns, r.Broken, len(r.Unconfirmed))
	}
}

func TestPairing(t *testing.T) {
	b, c := of("b", values(6, 1)...), of("c", values(6, 1)...)
	b.records[0].Case, b.records[1].Hash = "gone", "other"
	r := judge(t, b, c, Options{})
	want := Unpaired{
		Removed: []string{"gone"}, Added: []string{caseID(0)}, Changed: []string{caseID(1)},
		RemovedMetrics: []string{}, AddedMetrics: []string{}, ChangedMetrics: []string{},
	}
	if diff := cmp.Diff(want, r.Unpaired); diff != "" || r.Cases != 4 {
		t.Errorf("%d pairs\n%s", r.Cases, diff)
	}
	b.records[1].Required = true
	if r := judge(t, b, c, Options{}); r.Verdict != Invalid || !strings.Contains(r.Reasons[0], caseID(1)) {
		t.Errorf("a required case that was changed gives %s for %q", r.Verdict, r.Reasons)
	}
}

func TestUnpairableMetrics(t *testing.T) {
	full := values(500, 1)
	for name, tc := range map[string]struct {
		change func(b, c *fake)
		o      Options
		want   Verdict
	}{
		"another judge":            {func(b, _ *fake) { b.info.Metrics[0].Hash = "old" }, Options{}, Invalid},
		"another judge, not gated": {func(b, _ *fake) { b.info.Metrics[0].Hash = "old" }, Options{Config: &Config{ReportOnly: []string{"right"}}}, OK},
		"a new metric that is gated": {
			func(_, c *fake) {
				c.info.Metrics = append(c.info.Metrics, eval.MetricID{Name: "new"})
				c.records[0].Scores["new"] = scoreOf(1)
			}, Options{Config: &Config{Metrics: map[string]Limit{"new": {}}}}, Invalid,
		},
		"an interrupted candidate": {func(_, c *fake) { c.info.Status = eval.StatusInterrupted }, Options{}, Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			b, c := of("b", full...), of("c", full...)
			tc.change(b, c)
			if r := judge(t, b, c, tc.o); r.Verdict != tc.want {
				t.Errorf("got %s for %q, want %s", r.Verdict, r.Reasons, tc.want)
			}
		})
	}
}

func TestNothingToCompare(t *testing.T) {
	other := of("b", 1)
	other.info.Suite = "another"
	strange := of("b", 1)
	strange.records[0].Case = "x"
	changed := of("b", 1)
	changed.records[0].Hash = "x"
	for want, b := range map[string]*fake{`suite "another"`: other, "no case of the baseline": strange, "was changed": changed} {
		_, err := Judge(t.Context(), b.run(t), of("c", 1).run(t), Options{})
		var d *diag.Error
		if !errors.As(err, &d) || !strings.Contains(d.Msg, want) || d.Hint() == "" {
			t.Errorf("got %v, want a mistake about %s with a hint", err, want)
		}
	}
}

// Cases of one cluster move together: ten questions on one text are one piece of news.
func TestClusters(t *testing.T) {
	b, c := of("b", values(100, 1)...), of("c", append(values(10, 0), values(90, 1)...)...)
	if r := judge(t, b, c, Options{}); r.Verdict != Regressed {
		t.Fatalf("ten lost of a hundred give %s", r.Verdict)
	}
	for i, rec := range c.records {
		rec.Cluster = string(rune('a' + i/10))
	}
	r := judge(t, b, c, Options{})
	if m := r.Metrics[0]; m.Verdict != Inconclusive || *m.P != 0.25 || m.CI95[0] >= -0.2 {
		t.Errorf("one lost cluster of ten gives %s, p %v and %v", m.Verdict, *m.P, *m.CI95)
	}
}

func TestWeightsAndRepeats(t *testing.T) {
	b, c := newFake("b"), newFake("c")
	for i, weight := range []float64{3, 1} {
		for _, v := range []float64{1, 1} {
			b.add(caseID(i), v).Weight = &weight
		}
		for _, v := range []float64{float64(i), 1} { // the first case loses one repeat of two
			c.add(caseID(i), v).Weight = &weight
		}
	}
	m := judge(t, b, c, Options{}).Metrics[0]
	if *m.Delta != -0.375 || *m.Candidate != 0.625 || m.Down != 1 || m.N != 2 {
		t.Errorf("delta %v, candidate %v, %d down of %d", *m.Delta, *m.Candidate, m.Down, m.N)
	}
}

func TestHolmOverMetrics(t *testing.T) {
	b, c := newFake("b"), newFake("c")
	for _, f := range []*fake{b, c} {
		f.info.Metrics = append(f.info.Metrics, eval.MetricID{Name: "tone", Type: "exact", Hash: "t"})
	}
	for i := range 60 {
		lost := 1.0
		if i < 6 {
			lost = 0
		}
		b.add(caseID(i), 1).Scores["tone"] = scoreOf(1)
		c.add(caseID(i), lost).Scores["tone"] = scoreOf(1)
	}
	r := judge(t, b, c, Options{})
	if m := r.Metrics[0]; *m.P != 1.0/128 || *m.Adjusted != 1.0/64 || m.Verdict != Regressed {
		t.Errorf("p %v, adjusted %v, %s; six losses have 1/128, twice that after Holm", *m.P, *m.Adjusted, m.Verdict)
	}
	r = judge(t, b, c, Options{Config: &Config{ReportOnly: []string{"right"}}})
	if m := r.Metrics[0]; m.Gated || *m.Adjusted != 1.0/128 || r.Verdict == Regressed {
		t.Errorf("what is only reported is gated %v with %v, and the gate says %s", m.Gated, *m.Adjusted, r.Verdict)
	}
}

func TestSlices(t *testing.T) {
	b, c := of("b", values(800, 1)...), of("c", append(values(8, 0), values(792, 1)...)...)
	for i, rec := range c.records {
		rec.Tags = []string{map[bool]string{true: "refunds", false: "orders"}[i < 16]}
	}
	r := judge(t, b, c, Options{Config: &Config{Metrics: map[string]Limit{"right": {MinEffect: 0.02}}}})
	if len(r.Slices) != 2 || r.Slices[1].Tag != "refunds" || *r.Slices[1].Metrics[0].Delta != -0.5 || r.Verdict != OK {
		t.Errorf("verdict %s, slices %+v", r.Verdict, r.Slices)
	}
	r = judge(t, b, c, Options{Config: &Config{Metrics: map[string]Limit{"right": {MinEffect: 0.02}}, Slices: []string{"refunds"}}})
	if r.Verdict != Regressed || !strings.Contains(r.Reasons[0], "right of refunds") {
		t.Errorf("a gated slice that lost half gives %s for %q", r.Verdict, r.Reasons)
	}
}

func TestJudgesThatPeopleDoNotAgreeWith(t *testing.T) {
	mixed, dropped := append(values(60, 1), values(40, 0)...), append(values(40, 1), values(60, 0)...)
	cfg := &Config{Metrics: map[string]Limit{"right": {MinKappa: 0.6}}}
	for name, tc := range map[string]struct {
		doubt func(string, Limit) string
		want  Verdict
		warns string
	}{
		"not calibrated": {nil, OK, "right is compared and fails nothing: the judge has not been calibrated"},
		"too low": {func(name string, l Limit) string {
			return fmt.Sprint(name, " wants ", l.MinKappa, " by ", l.Labels(), " labels")
		}, OK, "right wants 0.6 by 30 labels"},
		"good enough": {func(string, Limit) string { return "" }, Regressed, ""},
	} {
		r := judge(t, of("b", mixed...), of("c", dropped...), Options{Config: cfg, Doubt: tc.doubt})
		if warned := strings.Join(r.Warnings, "; "); r.Verdict != tc.want || !strings.Contains(warned, tc.warns) {
			t.Errorf("%s: %s with the warnings %q", name, r.Verdict, r.Warnings)
		}
	}
}

func TestLeastScore(t *testing.T) {
	half := append(values(250, 1), values(250, 0)...)
	r := judge(t, of("b", half...), of("c", half...), Options{Config: &Config{Metrics: map[string]Limit{"right": {Min: ptr(0.6)}}}})
	if r.Verdict != Regressed || !strings.Contains(r.Reasons[0], "right is 0.5, the least is 0.6") {
		t.Errorf("%s for %q", r.Verdict, r.Reasons)
	}
}

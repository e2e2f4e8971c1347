package gate

import (
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// A few cases that all pass on both sides rule no drop out, whatever their weights, clusters and repeats.
func TestFewCasesThatDoNotVary(t *testing.T) {
	weigh := func(i int, r *eval.Record) { w := float64(i + 1); r.Weight = &w }
	for name, change := range map[string]func(i int, r *eval.Record){
		"plain":     func(int, *eval.Record) {},
		"weighted":  weigh,
		"clustered": func(i int, r *eval.Record) { r.Cluster = string(rune('a' + i/2)) },
		"repeated":  func(i int, r *eval.Record) { r.Case = caseID(i / 2) },
		"one counts": func(i int, r *eval.Record) {
			if w := 0.0; i > 0 {
				r.Weight = &w
			}
		},
		"one cluster counts": func(i int, r *eval.Record) {
			r.Cluster = string(rune('a' + i/2))
			if w := 0.0; i > 1 {
				r.Weight = &w
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, c := of("b", values(8, 1)...), of("c", values(8, 1)...)
			for _, f := range []*fake{b, c} {
				for i, r := range f.records {
					change(i, r)
				}
			}
			if m := judge(t, b, c, Options{}).Metrics[0]; m.Verdict != Inconclusive {
				t.Errorf("8 answers that did not change: %s, interval %v", m.Verdict, m.CI95)
			}
		})
	}
}

// So do many of them as single answers do: the wider interval is no obstacle to an ok.
func TestManyCasesThatDoNotVary(t *testing.T) {
	b, c := of("b", values(400, 1)...), of("c", values(400, 1)...)
	for _, f := range []*fake{b, c} {
		for i, r := range f.records {
			r.Cluster = caseID(i / 2)
		}
	}
	if m := judge(t, b, c, Options{}).Metrics[0]; m.Verdict != OK {
		t.Errorf("%s, interval %v", m.Verdict, m.CI95)
	}
}

// The order of repeats changes nothing, though their sums differ in the last digit.
func TestRoundingIsNoRegression(t *testing.T) {
	b, c := newFake("b"), newFake("c")
	for i := range 10 {
		for k, v := range []float64{0.1, 0.2, 0.3} {
			b.add(caseID(i), v)
			c.add(caseID(i), []float64{0.3, 0.2, 0.1}[k])
		}
	}
	m := judge(t, b, c, Options{}).Metrics[0]
	if m.Verdict == Regressed || m.Down != 0 || *m.Delta != 0 {
		t.Errorf("%s: delta %v, %d down", m.Verdict, *m.Delta, m.Down)
	}
}

// Graded scores that did not change rule out as much as passes that did not, and not every drop.
func TestGradedScoresThatDoNotVary(t *testing.T) {
	for name, c := range map[string]struct {
		n           int
		before, now float64
		want        Verdict
	}{
		"few":                     {8, 0.5, 0.5, Inconclusive},
		"two":                     {2, 0.5, 0.5, Inconclusive},
		"many":                    {400, 0.5, 0.5, OK},
		"all better":              {400, 0.5, 0.6, OK},
		"few, and a little worse": {3, 0.5, 0.46, Inconclusive},
		"all worse":               {400, 0.5, 0.49, Regressed},
		"measurements":            {4, 20, 20, Inconclusive},
		"many measurements":       {400, 20, 20, OK},
	} {
		t.Run(name, func(t *testing.T) {
			b, now := of("b", values(c.n, c.before)...), of("c", values(c.n, c.now)...)
			margin := 0.05
			if c.before > 1 {
				margin = 1 // 5 % of 20
			}
			cfg := &Config{Metrics: map[string]Limit{"right": {Margin: &margin}}}
			m := judge(t, b, now, Options{Config: cfg}).Metrics[0]
			if m.Verdict != c.want || m.CI95 == nil || m.CI95[1]-m.CI95[0] <= 0 || m.MDE == nil {
				t.Errorf("%s, interval %v, MDE %v; want %s", m.Verdict, m.CI95, m.MDE, c.want)
			}
		})
	}
	m := judge(t, of("b", values(8, 0.5)...), of("c", values(8, 0.5)...), Options{}).Metrics[0]
	documented(t, "±%.2f, and `inconclusive`", m.CI95[1])
}

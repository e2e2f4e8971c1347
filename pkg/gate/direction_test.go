package gate

import (
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// Measurements in a unit are better when they are lower, and gated only when the suite names them.
func TestLowerIsBetter(t *testing.T) {
	fast, slow := newFake("fast"), newFake("slow")
	for _, f := range []*fake{fast, slow} {
		f.info.Metrics = append(f.info.Metrics, eval.MetricID{Name: "took", Type: "latency", Hash: "l"})
	}
	for i := range 40 {
		fast.add(caseID(i), 1).Scores["took"] = eval.Score{Value: ptr(400 + float64(i%7)), Pass: true}
		slow.add(caseID(i), 1).Scores["took"] = eval.Score{Value: ptr(500 + float64(i%5)), Pass: true}
	}
	named := Options{Config: &Config{Metrics: map[string]Limit{"took": {MinEffect: 20}}}}
	for name, tc := range map[string]struct {
		before, now *fake
		o           Options
		want        Verdict
		gated       bool
		reason      string
	}{
		"slower":                      {fast, slow, named, Regressed, true, "took rose by 99"},
		"faster":                      {slow, fast, named, OK, true, ""},
		"slower, not named":           {fast, slow, Options{}, Inconclusive, false, "right: "},
		"faster, where slow is good":  {slow, fast, Options{Config: &Config{Metrics: map[string]Limit{"took": {Better: Higher}}}}, Regressed, true, "took fell by 99"},
		"slower within a wide margin": {fast, slow, Options{Config: &Config{Metrics: map[string]Limit{"took": {MinEffect: 200, Margin: ptr(150.0)}}}}, OK, true, ""},
		"slower beyond the margin":    {fast, slow, Options{Config: &Config{Metrics: map[string]Limit{"took": {MinEffect: 200}}}}, Inconclusive, true, "took: a rise of 99"},
	} {
		t.Run(name, func(t *testing.T) {
			r := judge(t, tc.before, tc.now, tc.o)
			m := r.Metrics[1]
			if r.Verdict != tc.want || m.Gated != tc.gated || !strings.HasPrefix(strings.Join(r.Reasons, ""), tc.reason) {
				t.Errorf("%s for %q, gated %v", r.Verdict, r.Reasons, m.Gated)
			}
			if rose := *m.Delta > 0; rose != (tc.now == slow) || m.CI95[0] > *m.Delta || m.CI95[1] < *m.Delta || m.Unit != "ms" {
				t.Errorf("delta %v in %v %s", *m.Delta, *m.CI95, m.Unit)
			}
			if better := m.Up > m.Down; better != ((tc.now == fast) == m.Lower) {
				t.Errorf("%d up, %d down", m.Up, m.Down)
			}
		})
	}
}

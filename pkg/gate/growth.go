package gate

import (
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// Growth is what answers take on both sides: step 6. Baseline and Candidate are per call: dollars, tokens or
// milliseconds.
type Growth struct {
	Name      string      `json:"name"` // cost_usd, input_tokens, output_tokens, latency_p50_ms, …
	Baseline  float64     `json:"baseline"`
	Candidate float64     `json:"candidate"`
	Ratio     *float64    `json:"ratio"` // candidate ÷ baseline; null where the baseline took nothing
	CI95      *[2]float64 `json:"ci95"`  // of Ratio
	Cases     int         `json:"cases"` // known on both sides
	Verdict   Verdict     `json:"verdict"`
}

// String words the growth for people.
func (g Growth) String() string {
	return fmt.Sprintf("%s grew by %.1f %%, from %.4g to %.4g a call (95 %% CI %+.1f %% to %+.1f %%)",
		g.Name, (*g.Ratio-1)*100, g.Baseline, g.Candidate, (g.CI95[0]-1)*100, (g.CI95[1]-1)*100)
}

// amounts are what a call may take, in the order in which they are shown.
func amounts(g GrowthLimits) []amount {
	return []amount{
		{"cost_usd", g.Cost, func(c Call) (float64, bool) {
			if c.Cost == nil {
				return 0, false
			}
			return float64(*c.Cost) / 1e9, true
		}},
		{"input_tokens", g.Tokens, func(c Call) (float64, bool) {
			if c.Usage == nil {
				return 0, false
			}
			return float64(c.Usage.Input()), true
		}},
		{"output_tokens", g.Tokens, func(c Call) (float64, bool) {
			if c.Usage == nil {
				return 0, false
			}
			return float64(c.Usage.Output), true
		}},
	}
}

type amount struct {
	name   string
	policy GrowthPolicy
	of     func(Call) (float64, bool)
}

// durations are bootstrapped, as quantiles have no simple standard error.
func durations(g GrowthLimits) []amount {
	return []amount{
		{"latency", g.Latency, func(c Call) (float64, bool) { return c.Latency, c.Latency > 0 }},
		{"ttft", g.Latency, func(c Call) (float64, bool) { return c.TTFT, c.TTFT > 0 }},
	}
}

func (p *pairs) growth(o Options) []Growth {
	list, limits := []Growth{}, o.Config.Growth
	for _, a := range amounts(limits) {
		before, now := p.totals(a.of)
		if len(before) == 0 {
			continue
		}
		g := Growth{Name: a.name, Baseline: stats.Mean(before), Candidate: stats.Mean(now), Cases: len(before)}
		ratio, iv, ok := stats.RatioOfTotals(before, now, 0.95)
		if g.Ratio = known(ratio); ok {
			g.CI95 = &[2]float64{iv.Low, iv.High}
		}
		list = append(list, g.judged(a.policy, limits.above()))
	}
	shares := []float64{0.50, 0.95}
	for _, d := range durations(limits) {
		before, now, cases := p.grouped(d.of)
		for i, s := range stats.QuantileShifts(before, now, cases, shares, 0.95, o.Seed) {
			if max(s.Baseline, s.Candidate) < 1 { // of answers from a file: the time of this program
				continue
			}
			g := Growth{Name: fmt.Sprintf("%s_p%.0f_ms", d.name, shares[i]*100), Baseline: s.Baseline, Candidate: s.Candidate, Cases: cases}
			if g.Ratio = known(s.Candidate / s.Baseline); known(s.Ratio.Low) != nil {
				g.CI95 = &[2]float64{s.Ratio.Low, s.Ratio.High}
			}
			list = append(list, g.judged(d.policy, limits.above()))
		}
	}
	return list
}

// judged takes an amount as grown when its interval lies above 1 and its ratio above the limit.
func (g Growth) judged(policy GrowthPolicy, above float64) Growth {
	g.Verdict = OK
	grew := g.Ratio != nil && g.CI95 != nil && g.CI95[0] > 1 && *g.Ratio > 1+above
	switch {
	case grew && policy == GrowthFail:
		g.Verdict = Regressed
	case grew && policy == GrowthWarn:
		g.Verdict = Inconclusive
	}
	return g
}

// totals are the cases' means per call, of those that know them on both sides.
func (p *pairs) totals(of func(Call) (float64, bool)) (before, now []float64) {
	for _, pair := range p.cases {
		b, okB := meanCall(pair.baseline.Calls, of)
		c, okC := meanCall(pair.candidate.Calls, of)
		if okB && okC {
			before, now = append(before, b), append(now, c)
		}
	}
	return before, now
}

func meanCall(calls []Call, of func(Call) (float64, bool)) (float64, bool) {
	sum, n := 0.0, 0
	for _, c := range calls {
		if v, ok := of(c); ok {
			sum += v
			n++
		}
	}
	return sum / float64(max(1, n)), n > 0
}

// grouped are all values of the cases that have one on both sides.
func (p *pairs) grouped(of func(Call) (float64, bool)) (before, now stats.Grouped, cases int) {
	add := func(g *stats.Grouped, calls []Call) {
		for _, c := range calls {
			if v, ok := of(c); ok {
				g.Values, g.Owner = append(g.Values, v), append(g.Owner, cases)
			}
		}
	}
	for _, pair := range p.cases {
		_, okB := meanCall(pair.baseline.Calls, of)
		_, okC := meanCall(pair.candidate.Calls, of)
		if okB && okC {
			add(&before, pair.baseline.Calls)
			add(&now, pair.candidate.Calls)
			cases++
		}
	}
	return before, now, cases
}

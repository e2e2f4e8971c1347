package gate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// Budgets are hard limits of the candidate, whatever the baseline took. 0 means no limit.
type Budgets struct {
	CostPerCall  llm.Money     // of the dearest call
	P95          time.Duration // of latency
	PromptTokens int64         // of the longest prompt
}

// Breach is a budget that was overrun. Limit and Actual are dollars, milliseconds or tokens.
type Breach struct {
	Budget string  `json:"budget"`
	Limit  float64 `json:"limit"`
	Actual float64 `json:"actual"`
	Case   string  `json:"case,omitempty"` // where it is one case's
}

// String words the breach for people.
func (b Breach) String() string {
	amount := func(x float64) string {
		switch b.Budget {
		case "cost_per_call":
			return "$" + strconv.FormatFloat(x, 'f', -1, 64)
		case "p95":
			return strconv.FormatFloat(x, 'f', -1, 64) + " ms"
		}
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	text := fmt.Sprintf("over budget: %s is %s, the limit %s", b.Budget, amount(b.Actual), amount(b.Limit))
	if b.Case != "" {
		text += " (case " + b.Case + ")"
	}
	return text
}

func (b Budgets) check(r *Run) []Breach {
	list := []Breach{}
	var dearest llm.Money
	var longest int64
	var dear, long string
	var latencies []float64
	for _, c := range r.Cases {
		for _, call := range c.Calls {
			if call.Cost != nil && *call.Cost > dearest {
				dearest, dear = *call.Cost, c.ID
			}
			if call.Usage != nil && call.Usage.Input() > longest {
				longest, long = call.Usage.Input(), c.ID
			}
			if call.Latency > 0 {
				latencies = append(latencies, call.Latency)
			}
		}
	}
	if b.CostPerCall > 0 && dearest > b.CostPerCall {
		list = append(list, Breach{"cost_per_call", float64(b.CostPerCall) / 1e9, float64(dearest) / 1e9, dear})
	}
	if limit := float64(b.P95) / 1e6; limit > 0 && len(latencies) > 0 {
		slices.Sort(latencies)
		if p95 := latencies[int(math.Ceil(0.95*float64(len(latencies))))-1]; p95 > limit {
			list = append(list, Breach{"p95", limit, p95, ""})
		}
	}
	if b.PromptTokens > 0 && longest > b.PromptTokens {
		list = append(list, Breach{"prompt_tokens", float64(b.PromptTokens), float64(longest), long})
	}
	return list
}

// PromptTokens is the length of a case's prompt on both sides, as counted before any call. Baseline of 0
// means unknown.
type PromptTokens struct {
	Case                string
	Baseline, Candidate int
}

// Refused is the verdict on prompts alone, before any call: why is what CheckPrompts found. growth may be nil.
func Refused(baseline string, cases int, why []string, breaches []Breach, growth *Growth) *Result {
	r := &Result{
		Verdict: Regressed, Baseline: baseline, Reasons: why, Warnings: []string{}, Cases: cases,
		Metrics: []Metric{}, Slices: []Slice{}, Usage: []Growth{}, Breaches: breaches, Confirmed: nothingConfirmed(), Unpaired: nothingUnpaired(),
	}
	if growth != nil {
		r.Usage = append(r.Usage, *growth)
	}
	return r
}

// CheckPrompts looks at prompts before any call is made: it reports the longest one above the budget, and
// how all of them grew in sum. The growth is nil where nothing is known of the baseline. Counts have no
// error of sampling, so that growth is judged by the ratio alone: above Growth.Prompt it is Regressed.
func (c *Config) CheckPrompts(prompts []PromptTokens) ([]Breach, *Growth) {
	breaches, longest := []Breach{}, PromptTokens{}
	var before, now []float64
	for _, p := range prompts {
		if p.Candidate > longest.Candidate {
			longest = p
		}
		if p.Baseline > 0 {
			before, now = append(before, float64(p.Baseline)), append(now, float64(p.Candidate))
		}
	}
	if limit := c.Budgets.PromptTokens; limit > 0 && int64(longest.Candidate) > limit {
		breaches = append(breaches, Breach{"prompt_tokens", float64(limit), float64(longest.Candidate), longest.Case})
	}
	if len(before) == 0 {
		return breaches, nil
	}
	ratio := stats.Sum(now) / stats.Sum(before)
	g := Growth{Name: "prompt_tokens", Baseline: stats.Mean(before), Candidate: stats.Mean(now), Ratio: &ratio, CI95: &[2]float64{ratio, ratio}, Cases: len(before)}
	g = g.judged(c.Growth.Tokens, c.Growth.above())
	if limit := c.Growth.prompt(); limit > 0 && ratio > limit && c.Growth.Tokens != GrowthOff {
		g.Verdict = Regressed
	}
	return breaches, &g
}

package gate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestGrowthAndBudgets(t *testing.T) {
	b, c := of("b", values(200, 1)...), of("c", values(200, 1)...)
	for i := range 200 {
		vary := int64(i % 7)
		b.records[i].Cost, c.records[i].Cost = ptr(llm.Dollar/100+llm.Money(vary)*1e5), ptr(llm.Dollar/80+llm.Money(vary)*1e5)
		b.records[i].Usage, c.records[i].Usage = &llm.Usage{UncachedInput: 1000 + vary}, &llm.Usage{UncachedInput: 1001 + vary}
		b.records[i].Latency, c.records[i].Latency = eval.Millis((400+vary)*1e6), eval.Millis((900+vary)*1e6)
	}
	r := judge(t, b, c, Options{})
	got := map[string]Verdict{}
	for _, g := range r.Usage {
		got[g.Name] = g.Verdict
		if g.CI95 != nil && !(g.CI95[0] <= *g.Ratio && *g.Ratio <= g.CI95[1]) {
			t.Errorf("%s: ratio %v outside of %v", g.Name, *g.Ratio, *g.CI95)
		}
	}
	want := map[string]Verdict{"cost_usd": Inconclusive, "input_tokens": OK, "output_tokens": OK, "latency_p50_ms": Inconclusive, "latency_p95_ms": Inconclusive}
	if diff := cmp.Diff(want, got); diff != "" || r.Verdict != OK || len(r.Warnings) != 3 {
		t.Errorf("verdict %s, warnings %q\n%s", r.Verdict, r.Warnings, diff)
	}
	r = judge(t, b, c, Options{Config: &Config{Growth: GrowthLimits{Cost: GrowthFail, Latency: GrowthOff}}})
	if r.Verdict != Regressed || len(r.Warnings) != 0 || !strings.Contains(r.Reasons[0], "cost_usd grew by 24.") {
		t.Errorf("verdict %s for %q with %q", r.Verdict, r.Reasons, r.Warnings)
	}
	r = judge(t, b, c, Options{Config: &Config{Budgets: Budgets{CostPerCall: llm.Dollar / 80, P95: 800e6, PromptTokens: 1006}}})
	wantBreaches := []Breach{{"cost_per_call", 0.0125, 0.0131, caseID(6)}, {"p95", 800, 906, ""}, {"prompt_tokens", 1006, 1007, caseID(6)}}
	if diff := cmp.Diff(wantBreaches, r.Breaches); diff != "" || r.Verdict != Regressed {
		t.Errorf("verdict %s\n%s", r.Verdict, diff)
	}
}

func TestCheckPrompts(t *testing.T) {
	cfg := &Config{Budgets: Budgets{PromptTokens: 4000}}
	breaches, growth := cfg.CheckPrompts([]PromptTokens{{"a", 1000, 5000}, {"b", 1000, 900}})
	if len(breaches) != 1 || breaches[0].Case != "a" || growth == nil || *growth.Ratio != 2.95 || growth.Verdict != Regressed {
		t.Errorf("got %v and %+v", breaches, growth)
	}
	if _, growth := cfg.CheckPrompts([]PromptTokens{{"a", 1000, 1500}}); growth.Verdict != Inconclusive {
		t.Errorf("a growth by half is %s", growth.Verdict)
	}
	cfg.Growth.Prompt = ptr(3.0)
	if _, growth := cfg.CheckPrompts([]PromptTokens{{"a", 1000, 2900}}); growth.Verdict != Inconclusive {
		t.Errorf("a growth below the limit is %s", growth.Verdict)
	}
	if breaches, growth := cfg.CheckPrompts([]PromptTokens{{"a", 0, 10}}); len(breaches) != 0 || growth != nil {
		t.Errorf("without a baseline: %v and %+v", breaches, growth)
	}
}

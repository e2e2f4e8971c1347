package route_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func money(m llm.Money) *llm.Money { return &m }

// facts are features that are known.
func facts(change func(*route.Features)) route.Features {
	f := route.Features{
		Task: "summarize", Tenant: "acme", Prompt: "brief", Tags: []string{"beta", "eu"},
		Tokens:     func(string) int { return 1000 },
		Cost:       func(model string) *llm.Money { return map[string]*llm.Money{"a/b": money(llm.Dollar / 100)}[model] },
		Complexity: func() (route.Level, float64) { return route.Medium, 0.25 },
	}
	if change != nil {
		change(&f)
	}
	return f
}

func TestConditions(t *testing.T) {
	for name, c := range map[string]struct {
		rule   route.Rule
		change func(*route.Features)
		holds  bool
		reason string
	}{
		"none":              {route.Rule{}, nil, true, "always"},
		"task":              {route.Rule{When: route.When{Task: "summarize"}}, nil, true, "task summarize"},
		"another task":      {route.Rule{When: route.When{Task: "extract"}}, nil, false, "task is summarize, wants extract"},
		"no task":           {route.Rule{When: route.When{Task: "extract"}}, func(f *route.Features) { f.Task = "" }, false, "no task, wants extract"},
		"tenant and prompt": {route.Rule{When: route.When{Tenant: "acme", Prompt: "brief"}}, nil, true, "tenant acme, prompt brief"},
		"any tag":           {route.Rule{When: route.When{Tags: []string{"us", "eu"}}}, nil, true, "tag eu"},
		"no tag":            {route.Rule{When: route.When{Tags: []string{"us", "uk"}}}, nil, false, "no tag us or uk"},
		"all tags":          {route.Rule{When: route.When{AllTags: []string{"eu", "beta"}}}, nil, true, "tag eu, tag beta"},
		"not all tags":      {route.Rule{When: route.When{AllTags: []string{"eu", "us"}}}, nil, false, "no tag us"},
		"enough tokens":     {route.Rule{When: route.When{MinTokens: 1000}}, nil, true, "1000 tokens ≥ 1000"},
		"too few tokens":    {route.Rule{When: route.When{MinTokens: 1001}}, nil, false, "1000 tokens < 1001"},
		"few enough tokens": {route.Rule{When: route.When{MaxTokens: 1000}}, nil, true, "1000 tokens ≤ 1000"},
		"too many tokens":   {route.Rule{When: route.When{MaxTokens: 999}}, nil, false, "1000 tokens > 999"},
		"uncounted":         {route.Rule{When: route.When{MinTokens: 1}}, func(f *route.Features) { f.Tokens = nil }, false, "the tokens are not counted"},
		"complexity":        {route.Rule{When: route.When{Complexity: route.Medium}}, nil, true, "complexity medium (0.25)"},
		"other complexity":  {route.Rule{When: route.When{Complexity: route.Complex}}, nil, false, "complexity is medium (0.25), wants complex"},
		"cheap enough":      {route.Rule{Model: "a/b", MaxCost: money(llm.Dollar / 100)}, nil, true, "about $0.01 ≤ $0.01"},
		"too dear":          {route.Rule{Model: "a/b", MaxCost: money(llm.Dollar/100 - 1)}, nil, false, "about $0.01 > $0.009999999"},
		"unpriced":          {route.Rule{Model: "c/d", MaxCost: money(llm.Dollar)}, nil, false, "c/d is unpriced"},
		"one of two fails":  {route.Rule{When: route.When{Task: "summarize", Tags: []string{"us"}}}, nil, false, "no tag us"},
	} {
		t.Run(name, func(t *testing.T) {
			d, ok := route.Rules{c.rule}.Decide(facts(c.change))
			if ok != c.holds {
				t.Fatalf("holds: %v", ok)
			}
			for s := range (route.Rules{c.rule}).Explain(facts(c.change)) {
				if s.Reason != c.reason || ok && s.Decision != d {
					t.Errorf("got %q, want %q; %+v, %+v", s.Reason, c.reason, s.Decision, d)
				}
			}
		})
	}
}

// Counting is dear: it is done when a rule gets as far, and once for a model.
func TestFeaturesAreLazy(t *testing.T) {
	asked := map[string]int{}
	f := facts(func(f *route.Features) {
		f.Tokens = func(model string) int { asked[model]++; return 10 }
		f.Complexity = func() (route.Level, float64) { asked["complexity"]++; return route.Simple, 0.1 }
	})
	rules := route.Rules{
		{Model: "x", When: route.When{Task: "other", MinTokens: 5}},
		{Model: "y", When: route.When{MinTokens: 50}},
		{Model: "y", When: route.When{MinTokens: 20, Complexity: route.Complex}},
		{Model: "z", When: route.When{Complexity: route.Complex}},
		{Name: "last", Model: "z", When: route.When{Complexity: route.Simple}},
		{Model: "never", When: route.When{MinTokens: 1}},
	}
	d, ok := rules.Decide(f)
	want := route.Decision{Index: 4, Rule: "last", Model: "z", Reason: "complexity simple (0.10)"}
	if diff := cmp.Diff(want, d); diff != "" || !ok {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"y": 1, "complexity": 1}, asked); diff != "" {
		t.Error(diff)
	}
}

func TestNoRuleHolds(t *testing.T) {
	if d, ok := (route.Rules{{When: route.When{Task: "x"}}}).Decide(route.Features{}); ok || d != (route.Decision{}) {
		t.Errorf("got %+v", d)
	}
	if _, ok := route.Rules(nil).Decide(route.Features{}); ok {
		t.Error("no rules hold")
	}
}

func ExampleRules_Decide() {
	rules := route.Rules{
		{Name: "summaries", When: route.When{Task: "summarize"}, Model: "openai/gpt-4o-mini-2024-07-18"},
		{Name: "easy", When: route.When{Complexity: route.Simple}, Model: "gemini/gemini-2.5-flash"},
		{Model: "anthropic/claude-sonnet-4-5-20250929"},
	}
	d, ok := rules.Decide(route.Features{
		Complexity: func() (route.Level, float64) { return route.Classify("Say hello.") },
	})
	fmt.Println(ok, d.Rule, d.Model)
	// Output: true easy gemini/gemini-2.5-flash
}

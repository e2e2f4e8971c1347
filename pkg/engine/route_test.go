package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func routed(rules ...route.Rule) engine.Config {
	return engine.Config{
		Gateway: &answer{resp: &llm.Response{}}, Model: "any",
		Aliases: map[string]engine.Alias{"any": {Model: route.Auto, MaxTokens: 7}, "strong": {Model: "p/strong", MaxTokens: 99}},
		Routing: &engine.Routing{
			Rules: rules,
			Count: func(req *llm.Request) int { return len(req.Model) + len(req.Messages) },
			Price: func(ref string, u *llm.Usage) *llm.Money {
				cost := llm.Money(u.UncachedInput + 1000*u.Output)
				return &cost
			},
		},
	}
}

func asks(text string) engine.Call {
	return engine.Call{Request: llm.Request{Messages: []llm.Message{llm.Text(llm.RoleUser, text)}}}
}

func TestRulesChooseTheModel(t *testing.T) {
	cap506 := llm.Money(506_000)
	tasked, err := prompt.Inline("Sum up {{x}}")
	if err != nil {
		t.Fatal(err)
	}
	tasked.Metadata = map[string]any{"task": "summarize"}
	for name, c := range map[string]struct {
		rule   route.Rule
		change func(*engine.Call)
		model  string
		reason string
	}{
		"always":         {route.Rule{Model: "p/m"}, nil, "p/m", "always"},
		"an alias":       {route.Rule{Model: "strong"}, nil, "p/strong", "always"},
		"tag":            {route.Rule{Model: "p/m", When: route.When{Tags: []string{"a"}}}, func(c *engine.Call) { c.Tags = []string{"a"} }, "p/m", "tag a"},
		"task":           {route.Rule{Model: "p/m", When: route.When{Task: "x"}}, func(c *engine.Call) { c.Task = "x" }, "p/m", "task x"},
		"prompt's task":  {route.Rule{Model: "p/m", When: route.When{Task: "summarize"}}, func(c *engine.Call) { c.Version, c.Vars = tasked, map[string]any{"x": "y"} }, "p/m", "task summarize"},
		"the call's own": {route.Rule{Model: "p/m", When: route.When{Task: "x"}}, func(c *engine.Call) { c.Version, c.Vars, c.Task = tasked, map[string]any{"x": "y"}, "x" }, "p/m", "task x"},
		"tokens":         {route.Rule{Model: "strong", When: route.When{MinTokens: 9}}, nil, "p/strong", "9 tokens ≥ 9"},
		"complexity":     {route.Rule{Model: "p/m", When: route.When{Complexity: route.Simple}}, nil, "p/m", "complexity simple (0.07)"},
		"price":          {route.Rule{Model: "p/m", MaxCost: &cap506}, func(c *engine.Call) { c.Request.MaxTokens = 400 }, "p/m", "about $0.000400004 ≤ $0.000506"},
	} {
		t.Run(name, func(t *testing.T) {
			call := asks("hello")
			if c.change != nil {
				c.change(&call)
			}
			book := &kept{}
			cfg := routed(c.rule)
			cfg.Ledger = book
			res, err := engine.New(cfg).Generate(t.Context(), call)
			if err != nil || res.Request.Model != c.model || res.Route != "rule 1" || res.RouteReason != c.reason {
				t.Fatalf("%v: %s by %q (%s)", err, res.Request.Model, res.Route, res.RouteReason)
			}
			if r := book.records[0]; r.Route != "rule 1" || r.RouteReason != c.reason || r.ModelAsked != c.model {
				t.Errorf("recorded %q (%s) for %s", r.Route, r.RouteReason, r.ModelAsked)
			}
		})
	}
}

// The alias that stands for auto sets parameters before the rule's.
func TestParametersOfAliases(t *testing.T) {
	res, err := engine.New(routed(route.Rule{Model: "strong"})).Generate(t.Context(), asks("hello"))
	if err != nil || res.Request.MaxTokens != 7 {
		t.Errorf("%v: %d", err, res.Request.MaxTokens)
	}
}

func TestNoRuleChooses(t *testing.T) {
	none := routed()
	none.Routing = nil
	for name, c := range map[string]struct {
		cfg  engine.Config
		want string
	}{
		"no rules":   {none, "there is no rule that chooses one"},
		"none holds": {routed(route.Rule{Model: "p/m", When: route.When{Task: "x"}}), "none of the 1 rules"},
		"unknown price": {func() engine.Config {
			c := routed(route.Rule{Model: "p/m", MaxCost: new(llm.Money)})
			c.Routing.Price = nil
			return c
		}(), "none of the 1 rules"},
	} {
		t.Run(name, func(t *testing.T) {
			eng := engine.New(c.cfg)
			_, err := eng.Generate(t.Context(), asks("hello"))
			var user *diag.Error
			if !errors.As(err, &user) || !strings.Contains(err.Error(), "auto") || !strings.Contains(err.Error(), c.want) || user.Hint() == "" {
				t.Errorf("got %v", err)
			}
			if check := eng.Check(t.Context(), asks("hello")); check == nil || check.Error() != err.Error() {
				t.Errorf("Check says %v", check)
			}
		})
	}
}

// The window and the readiness are those of the chosen model.
func TestCheckSeesTheChosenModel(t *testing.T) {
	cfg := routed(route.Rule{Model: "p/m"})
	asked := ""
	cfg.Ready = func(ref string) error { asked = ref; return nil }
	if err := engine.New(cfg).Check(t.Context(), asks("hello")); err != nil || asked != "p/m" {
		t.Errorf("%v: %q", err, asked)
	}
}

func TestRouteExplains(t *testing.T) {
	eng := engine.New(routed(route.Rule{Model: "p/a", When: route.When{Task: "x"}}, route.Rule{Model: "p/b"}, route.Rule{Model: "p/c"}))
	steps, res, err := eng.Route(t.Context(), asks("hello"))
	if err != nil || len(steps) != 2 || steps[0].Holds || !steps[1].Holds || res.Request.Model != "p/b" {
		t.Errorf("%v: %+v", err, steps)
	}
	call := asks("hello")
	call.Request.Model = "p/named"
	if steps, _, err := eng.Route(t.Context(), call); err != nil || len(steps) != 0 {
		t.Errorf("%v: %+v", err, steps)
	}
}

func TestQuestionIsTheLastUserMessage(t *testing.T) {
	result := llm.Message{Role: llm.RoleUser, Parts: []llm.Part{{ToolResult: &llm.ToolResult{Content: "no"}}}}
	req := &llm.Request{Messages: []llm.Message{
		llm.Text(llm.RoleUser, "first"), llm.Text(llm.RoleAssistant, "a"), llm.Text(llm.RoleUser, "second"), llm.Text(llm.RoleAssistant, "b"), result,
	}}
	if got := engine.Question(req); got != "second" {
		t.Errorf("got %q", got)
	}
	if got := engine.Question(&llm.Request{}) + engine.Question(nil); got != "" {
		t.Errorf("got %q", got)
	}
}

package route_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
)

func TestUnreachable(t *testing.T) {
	rules := route.Rules{
		{Model: "capped", MaxCost: money(1)},
		{Model: "a", When: route.When{Task: "t", Tags: []string{"x"}}},
		{Model: "b", When: route.When{Task: "t", Tags: []string{"x"}}, MaxCost: money(5)},
		{Model: "c", When: route.When{Task: "t"}},
		{Model: "all"},
		{Model: "late", When: route.When{Task: "late"}},
		{Model: "later"},
	}
	if diff := cmp.Diff([]int{2, 5, 6}, rules.Unreachable()); diff != "" {
		t.Error(diff)
	}
}

// The second rule is out of reach when the first holds whenever it does.
func TestUnreachableByOneRule(t *testing.T) {
	type when = route.When
	for name, c := range map[string]struct {
		first, second route.Rule
		want          bool
	}{
		"narrower":               {route.Rule{When: when{Tenant: "a"}}, route.Rule{When: when{Tenant: "a", Task: "t"}}, true},
		"wider":                  {route.Rule{When: when{Tenant: "a", Task: "t"}}, route.Rule{When: when{Tenant: "a"}}, false},
		"another tenant":         {route.Rule{When: when{Tenant: "a"}}, route.Rule{When: when{Tenant: "b", Task: "t"}}, false},
		"one of its tags":        {route.Rule{When: when{Tags: []string{"x", "y"}}}, route.Rule{When: when{Tags: []string{"y"}}}, true},
		"more tags":              {route.Rule{When: when{Tags: []string{"x"}}}, route.Rule{When: when{Tags: []string{"x", "y"}}}, false},
		"all tags hold one":      {route.Rule{When: when{Tags: []string{"x", "z"}}}, route.Rule{When: when{AllTags: []string{"x", "y"}}}, true},
		"a tag of all":           {route.Rule{When: when{AllTags: []string{"x"}}}, route.Rule{When: when{Tags: []string{"x"}}}, true},
		"one tag is not all":     {route.Rule{When: when{AllTags: []string{"x", "y"}}}, route.Rule{When: when{Tags: []string{"x", "y"}}}, false},
		"all of more":            {route.Rule{When: when{AllTags: []string{"x"}}}, route.Rule{When: when{AllTags: []string{"y", "x"}}}, true},
		"longer":                 {route.Rule{When: when{MinTokens: 10}}, route.Rule{When: when{MinTokens: 20}}, true},
		"longer, counted apart":  {route.Rule{When: when{MinTokens: 10}, Model: "a"}, route.Rule{When: when{MinTokens: 20}, Model: "b"}, false},
		"shorter":                {route.Rule{When: when{MaxTokens: 20}}, route.Rule{When: when{MaxTokens: 10}}, true},
		"not bounded":            {route.Rule{When: when{MaxTokens: 20}}, route.Rule{}, false},
		"complexity":             {route.Rule{When: when{Complexity: route.Simple}}, route.Rule{When: when{Complexity: route.Simple, Task: "t"}}, true},
		"a cap":                  {route.Rule{MaxCost: money(5)}, route.Rule{}, false},
		"a lower cap":            {route.Rule{MaxCost: money(5)}, route.Rule{MaxCost: money(4)}, true},
		"a lower cap, elsewhere": {route.Rule{MaxCost: money(5), Model: "a"}, route.Rule{MaxCost: money(4), Model: "b"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := len(route.Rules{c.first, c.second}.Unreachable()) == 1; got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

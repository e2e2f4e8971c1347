package prompt_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const typedPrompt = "---\ninput:\n  schema:\n    s: string\n    n?: integer\n    f?: number\n    b?: boolean\n    l?(array): integer\n    o?(object): {a: integer}\n" +
	"    size?(enum): [1, 2, L]\n    any?: any\n---\n{{s}}{{n}}{{f}}{{b}}{{l}}{{#o}}{{a}}{{/o}}{{size}}{{any}}"

func TestTyped(t *testing.T) {
	v, err := resolve(t, typedPrompt)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		variable, text string
		want           any
		renders        bool
	}{
		"a string stays":       {"s", "5", "5", true},
		"any stays":            {"any", "5", "5", true},
		"integer":              {"n", "5", json.Number("5"), true},
		"negative integer":     {"n", "-5", json.Number("-5"), true},
		"large integer":        {"n", "9007199254740993", json.Number("9007199254740993"), true},
		"no integer":           {"n", "five", "five", false},
		"a fraction":           {"n", "5.5", "5.5", false},
		"nothing":              {"n", "", "", false},
		"two values":           {"n", "5 6", "5 6", false},
		"octal":                {"n", "007", "007", false},
		"number":               {"f", "0.25", json.Number("0.25"), true},
		"boolean":              {"b", "true", true, true},
		"no boolean":           {"b", "yes", "yes", false},
		"list":                 {"l", "[1, 2]", []any{json.Number("1"), json.Number("2")}, true},
		"list of other things": {"l", `["x"]`, []any{"x"}, false},
		"object":               {"o", `{"a": 1}`, map[string]any{"a": json.Number("1")}, true},
		"enum of a number":     {"size", "2", json.Number("2"), true},
		"enum of a text":       {"size", "L", "L", true},
		"outside the enum":     {"size", "3", "3", false},
		"undeclared":           {"other", "5", "5", false},
	} {
		t.Run(name, func(t *testing.T) {
			vars := map[string]any{"s": "x", c.variable: c.text}
			got := v.Typed(vars)
			if diff := cmp.Diff(c.want, got[c.variable]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if vars[c.variable] != c.text {
				t.Error("the given variables were changed")
			}
			if _, err := v.Render(got); (err == nil) != c.renders {
				t.Errorf("rendering: %v", err)
			}
		})
	}
}

func TestTypedLeavesValuesAlone(t *testing.T) {
	v, err := resolve(t, typedPrompt)
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{"s": "x", "n": 5, "l": []any{"1"}}
	if diff := cmp.Diff(vars, v.Typed(vars)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := v.Render(v.Typed(vars)); err == nil || !strings.Contains(err.Error(), "l[0] must be integer") {
		t.Errorf("got %v; want an error about the item", err)
	}
}

package score

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestScorersThatDecide(t *testing.T) {
	yes, no := true, false
	object := `{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}`
	tests := []struct {
		name, scorer string
		sample       Sample
		want         string
	}{
		{"label", "{type: label}", Sample{Output: " Order_Status.\n", Intent: "order status"}, "pass"},
		{"label, Turkish", "{type: label}", Sample{Output: "İADE", Intent: "iade"}, "pass"},
		{"label, another", "{type: label}", Sample{Output: "refund", Intent: "order status"}, "fail"},
		{"label, a sign", "{type: label}", Sample{Output: " + ", Intent: "+"}, "pass"},
		{"label, another sign", "{type: label}", Sample{Output: "-", Intent: "+"}, "fail"},
		{"label, nothing for a sign", "{type: label}", Sample{Output: "", Intent: "?"}, "fail"},
		{"label, in JSON", "{type: label, path: tone, field: expected_tone}", Sample{Output: `{"tone": "Calm"}`, Tone: "calm"}, "pass"},
		{"label, behind a marker", "{type: label, after: 'Intent:'}", Sample{Output: "I think so.\nIntent: **refund**\nBye", Intent: "refund"}, "pass"},
		{"label, none of the labels", "{type: label, labels: [refund, other], negate: true}", Sample{Output: "hm", Intent: "refund"}, "fail"},
		{"label, nothing expected", "{type: label}", Sample{Output: "x"}, "unscored: the case has no expected_intent"},

		{"refusal, none and none wanted", "{type: refusal}", answer("Sure."), "pass"},
		{"refusal, unwanted", "{type: refusal}", answer("I'm sorry, but I can't help with that."), "fail"},
		{"refusal, wanted by the option", "{type: refusal, expected: true}", answer("Bu konuda yardımcı olamam."), "pass"},
		{"refusal, wanted by the case", "{type: refusal}", Sample{Output: "Sure.", Refusal: &yes}, "fail"},
		{"refusal, the case wins", "{type: refusal, expected: true}", Sample{Output: "Sure.", Refusal: &no}, "pass"},
		{"refusal, the provider's filter", "{type: refusal, expected: true}", Sample{Response: &llm.Response{FinishReason: llm.FinishContentFilter}}, "pass"},

		{"json_schema, fits", "{type: json_schema, schema: " + object + "}", answer(`{"a": 1}`), "pass"},
		{"json_schema, does not", "{type: json_schema, schema: " + object + "}", answer(`{"a": "1"}`), "fail"},
		{"json_schema, the case's", "{type: json_schema}", Sample{Output: `{"a": 1}`, Schema: json.RawMessage(object)}, "pass"},
		{"json_schema, none", "{type: json_schema}", answer("{}"), "unscored: the case has no schema"},
		{"json_schema, the case's is bad", "{type: json_schema}", Sample{Output: "{}", Schema: json.RawMessage(`{"type": 1}`)}, "unscored: the case's schema: not a valid schema: at /type: ..."},
		{"json_schema, the case's loops", "{type: json_schema, negate: true}", Sample{Output: "{}", Schema: json.RawMessage(`{"allOf": [{"$ref": "#"}]}`)}, "unscored: the case's schema: a $ref of the schema leads back to itself without looking into the value"},
		{"json_schema, loops on some answers", "{type: json_schema, negate: true}", Sample{Output: `{"a": 1}`, Schema: json.RawMessage(`{"properties": {"a": {"not": {"$ref": "#/properties/a"}}}}`)}, "unscored: a $ref of the schema leads back to itself without looking into the value"},
		{"json_schema, no JSON, negated", "{type: json_schema, negate: true, schema: " + object + "}", answer("no"), "fail"},
		{"json_schema, fence", "{type: json_schema, fence: true, schema: " + object + "}", answer("```json\n{\"a\": 1}\n```"), "pass"},

		{"json_path, equals", "{type: json_path, path: $.a.b, equals: 1}", answer(`{"a": {"b": 1.0}}`), "pass"},
		{"json_path, equals, a list", "{type: json_path, path: $.a, equals: [1, {x: y}]}", answer(`{"a": [1, {"x": "y"}]}`), "pass"},
		{"json_path, one of several", "{type: json_path, path: '$..id', equals: b}", answer(`[{"id": "a"}, {"id": "b"}]`), "pass"},
		{"json_path, all", "{type: json_path, path: '$..id', equals: b, all: true}", answer(`[{"id": "a"}, {"id": "b"}]`), "fail"},
		{"json_path, matches", "{type: json_path, path: '$.id', matches: '^A-'}", answer(`{"id": "A-1"}`), "pass"},
		{"json_path, exists", "{type: json_path, path: '$.id', exists: true}", answer(`{"id": null}`), "pass"},
		{"json_path, must not exist", "{type: json_path, path: '$.id', exists: false}", answer(`{}`), "pass"},
		{"json_path, expected text", "{type: json_path, path: '$.id'}", answer(`{"id": "7"}`, "7"), "pass"},
		{"json_path, expected number", "{type: json_path, path: '$.id'}", answer(`{"id": 7}`, "7.0"), "pass"},
		{"json_path, filter", "{type: json_path, path: '$.items[?@.price < 10].name', equals: pen}", answer(`{"items": [{"name": "pen", "price": 2}]}`), "pass"},
		{"json_path, finds nothing, negated", "{type: json_path, path: '$.id', equals: 1, negate: true}", answer(`{}`), "fail"},
		{"json_path, no JSON, negated", "{type: json_path, path: '$.id', exists: true, negate: true}", answer(`no`), "fail"},

		{"tool_call, exact", "{type: tool_call}", called(`{"name": "f", "arguments": {"n": 1, "s": "x"}}`, "f", `{"s": "x", "n": 1.0}`), "pass"},
		{"tool_call, another argument", "{type: tool_call}", called(`{"name": "f", "arguments": {"n": 1}}`, "f", `{"n": 2}`), "fail"},
		{"tool_call, one argument more", "{type: tool_call}", called(`{"name": "f", "arguments": {"n": 1}}`, "f", `{"n": 1, "m": 2}`), "fail"},
		{"tool_call, subset", "{type: tool_call, arguments: subset}", called(`{"name": "f", "arguments": {"n": 1}}`, "f", `{"n": 1, "m": 2}`), "pass"},
		{"tool_call, name alone", "{type: tool_call}", called(`{"name": "f"}`, "f", `{"n": 1, "m": 2}`), "pass"},
		{"tool_call, arguments that are no JSON", "{type: tool_call}", called(`{"name": "f", "arguments": {}}`, "f", `{"n": `), "fail"},
		{"tool_call, no arguments", "{type: tool_call}", called(`{"name": "f", "arguments": {}}`, "f", ``), "pass"},
		{"tool_call, any order", "{type: tool_call}", called(`{"tool_calls": [{"name": "f"}, {"name": "g"}]}`, "g", "{}", "f", "{}"), "pass"},
		{"tool_call, same order", "{type: tool_call, order: same}", called(`{"tool_calls": [{"name": "f"}, {"name": "g"}]}`, "g", "{}", "f", "{}"), "fail"},
		{"tool_call, one too many", "{type: tool_call}", called(`{"name": "f"}`, "f", "{}", "f", "{}"), "fail"},
		{"tool_call, extra allowed", "{type: tool_call, extra: true}", called(`{"name": "f"}`, "f", "{}", "f", "{}"), "pass"},
		{"tool_call, a greedy pairing would fail", "{type: tool_call, arguments: subset}", called(`{"tool_calls": [{"name": "f", "arguments": {}}, {"name": "f", "arguments": {"a": 1}}]}`, "f", `{"a": 1}`, "f", `{"b": 1}`), "pass"},
		{"tool_call, no call is wanted", "{type: tool_call, calls: []}", called(""), "pass"},
		{"tool_call, no call is wanted, one made", "{type: tool_call, calls: []}", called("", "f", "{}"), "fail"},
		{"tool_call, OpenAI's form", "{type: tool_call}", called(`{"tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{\"n\": 1}"}}]}`, "f", `{"n": 1}`), "pass"},
		{"tool_call, one of two expected", "{type: tool_call}", Sample{Expected: []string{`{"name": "g"}`, `{"name": "f"}`}, Response: called("", "f", "{}").Response}, "pass"},
		{"tool_call, text alone", "{type: tool_call}", answer("f", `{"name": "f"}`), "unscored: the tool calls of the answer are unknown"},
		{"tool_call, expected is no call", "{type: tool_call}", called("18", "f", "{}"), "unscored: the case's expected: want a call {name, arguments} or a list of them"},

		{"expr", "{type: expr, expr: 'output contains \"x\" && len(output) < 5'}", answer("xy"), "pass"},
		{"expr, vars", "{type: expr, expr: 'vars.lang == \"tr\"'}", Sample{Vars: map[string]any{"lang": "tr"}}, "pass"},
		{"expr, a loop", "{type: expr, expr: 'all(split(output, \",\"), trim(#) in [\"a\", \"b\"])'}", answer("a, b"), "pass"},
		{"expr, metrics", "{type: expr, expr: 'metrics.acc > 0.5'}", Sample{Scores: map[string]Outcome{"acc": {Value: 1}}}, "pass"},
		{"expr, a metric that is unscored", "{type: expr, negate: true, expr: 'metrics.acc > 0.5'}", Sample{Scores: map[string]Outcome{"acc": {Unscored: "no verdict"}}}, "unscored: acc: no verdict"},
		{"expr, a metric that is not there", "{type: expr, expr: 'metrics.acc > 0.5'}", Sample{}, "unscored: the metric acc has not been computed"},
		{"expr, unknown cost", "{type: expr, expr: 'cost < 1'}", Sample{}, "unscored: the answer is unpriced"},
		{"expr, unknown usage", "{type: expr, expr: 'output_tokens < 1'}", Sample{}, "unscored: the usage is unknown"},
		{"expr, not a number", "{type: expr, expr: '0.0 / 0.0'}", Sample{}, "unscored: the scorer gave NaN"},
		{"expr, infinite, negated", "{type: expr, negate: true, expr: '1 / 0.0'}", Sample{}, "unscored: the scorer gave +Inf"},
		{"expr, nothing", "{type: expr, expr: 'vars.n'}", Sample{}, "unscored: the expression gives nothing, want true, false or a number"},
		{"expr, fails", "{type: expr, expr: 'vars.n > 1'}", Sample{}, "unscored: the expression fails: invalid operation: <nil> > int (1:8)"},
		{"expr, replace", `{type: expr, expr: 'replace(output, "a", "b") == "bbc"'}`, answer("abc"), "pass"},
		{"expr, replace without end", `{type: expr, expr: 'replace(replace(output, "a", output), "a", output) == ""'}`, answer(strings.Repeat("a", 5000)), "unscored: the expression fails: the text it makes is too long (1:9)"},
		{"expr, loops in loops", "{type: expr, expr: 'len(map(1..100000, len(map(1..100000, #)))) > 0'}", Sample{}, "unscored: the expression fails: memory budget exceeded (1:29)"},
		{"expr, quiet loops in loops", `{type: expr, expr: 'all(split(output, ""), all(split(output, ""), # != "z"))'}`, answer(strings.Repeat("a", 5000)), "unscored: the expression fails: it takes too many steps (1:1)"},

		{"all_of", "{type: all_of, scorers: [{type: exact}, {type: length, max: 3}]}", answer("a", "a"), "pass"},
		{"all_of, one fails", "{type: all_of, scorers: [{type: exact}, {type: length, max: 3}]}", answer("aaaa", "aaaa"), "fail"},
		{"all_of, one unscored", "{type: all_of, scorers: [{type: exact}, {type: cost, max: 1}]}", answer("a", "a"), "unscored: cost: the answer is unpriced"},
		{"all_of, one unscored, negated", "{type: all_of, negate: true, scorers: [{type: exact}, {type: cost, max: 1}]}", answer("a", "a"), "unscored: cost: the answer is unpriced"},
		{"all_of, one unscored and one failed", "{type: all_of, scorers: [{type: cost, max: 1}, {type: exact}]}", answer("b", "a"), "fail"},
		{"all_of, unreadable, negated", "{type: all_of, negate: true, scorers: [{type: exact, path: x}]}", answer("b", "a"), "fail"},
		{"all_of, twice negated, unreadable", "{type: all_of, negate: true, scorers: [{type: all_of, negate: true, scorers: [{type: exact, path: x}]}]}", answer("b", "a"), "fail"},
		{"all_of, skips what does not apply", "{type: all_of, scorers: [{type: contains}, {type: exact}]}", answer("a", "a"), "pass"},
		{"all_of, nothing applies", "{type: all_of, scorers: [{type: contains}, {type: not_contains}]}", answer("a", "a"), "skip"},
		{"any_of", "{type: any_of, scorers: [{type: exact}, {type: json_valid}]}", answer("{}", "a"), "pass"},
		{"any_of, none", "{type: any_of, scorers: [{type: exact}, {type: json_valid}]}", answer("b", "a"), "fail"},
		{"any_of, one unscored, none passes", "{type: any_of, scorers: [{type: exact}, {type: cost, max: 1}]}", answer("b", "a"), "unscored: cost: the answer is unpriced"},
		{"any_of, one unscored, none passes, negated", "{type: any_of, negate: true, scorers: [{type: exact}, {type: cost, max: 1}]}", answer("b", "a"), "unscored: cost: the answer is unpriced"},
		{"any_of, one unscored, one passes", "{type: any_of, scorers: [{type: cost, max: 1}, {type: exact}]}", answer("a", "a"), "pass"},
		{"any_of, unreadable, negated", "{type: any_of, negate: true, scorers: [{type: exact}, {type: exact, path: x}]}", answer("b", "a"), "fail"},
		{"any_of, a negated one that cannot be read", "{type: any_of, scorers: [{type: exact, path: x, negate: true}]}", answer("b", "a"), "fail"},
		{"any_of, a negated one that is unscored", "{type: any_of, scorers: [{type: cost, max: 1, negate: true}]}", answer("b", "a"), "unscored: cost: the answer is unpriced"},
		{"weighted, unreadable and enough, negated", "{type: weighted, negate: true, threshold: 0.5, scorers: [{type: exact}, {type: exact, path: x}]}", answer("a", "a"), "fail"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := build(tt.scorer)
			if err != nil {
				t.Fatal(err)
			}
			o := m.Score(context.Background(), &tt.sample)
			want, prefix := strings.CutSuffix(tt.want, "...")
			if got := verdict(o); got != want && !(prefix && strings.HasPrefix(got, want)) {
				t.Errorf("got %s (%s), want %s", got, o.Why, tt.want)
			}
			if o.Scored() && !o.Pass && o.Why == "" {
				t.Error("a fail without a reason")
			}
			if m.Applies(&tt.sample) != !o.Skip {
				t.Errorf("Applies says %t", m.Applies(&tt.sample))
			}
		})
	}
}

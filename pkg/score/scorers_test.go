package score

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func answer(output string, want ...string) Sample { return Sample{Output: output, Expected: want} }

// called makes a sample whose answer calls tools: name and arguments by turns.
func called(expected string, calls ...string) Sample {
	r := &llm.Response{}
	for i := 0; i < len(calls); i += 2 {
		r.Parts = append(r.Parts, llm.Part{ToolCall: &llm.ToolCall{Name: calls[i], Arguments: calls[i+1]}})
	}
	s := Sample{Response: r}
	if expected != "" {
		s.Expected = []string{expected}
	}
	return s
}

func found(relevant map[string]float64, ids ...string) Sample {
	return Sample{Relevant: relevant, Retrieved: ids}
}

func TestScorersThatMeasure(t *testing.T) {
	usage := Sample{Response: &llm.Response{Usage: &llm.Usage{UncachedInput: 60, Output: 40, Reasoning: 30}, Timing: llm.Timing{TTFT: 100 * time.Millisecond, Total: 2 * time.Second}}}
	cents := llm.Dollar / 50
	tests := []struct {
		name, scorer string
		sample       Sample
		value        float64
		want         string
	}{
		{"token_f1", "{type: token_f1}", answer("The blue cat", "a blue dog"), 0.5, "pass"},
		{"token_f1, threshold", "{type: token_f1, threshold: 0.6}", answer("The blue cat", "a blue dog"), 0.5, "fail"},
		{"token_f1, nothing expected", "{type: token_f1}", answer("x"), 0, "unscored: the case has no expected"},
		{"bleu, equal", "{type: bleu, threshold: 0.99}", answer("The dog bit the man.", "The dog bit the man."), 1, "pass"},
		{"bleu, nothing shared", "{type: bleu}", answer("okay thanks", "this is a cat"), 0, "pass"},
		{"bleu, threshold", "{type: bleu, threshold: 0.5}", answer("okay thanks", "this is a cat"), 0, "fail"},
		{"rouge1", "{type: rouge1}", answer("testing one", "testing one two"), 0.8, "pass"},
		{"rouge1, recall", "{type: rouge1, measure: recall}", answer("testing one", "testing one two"), 2.0 / 3, "pass"},
		{"rouge1, stemmer", "{type: rouge1, stemmer: true}", answer("tested", "testing"), 1, "pass"},
		{"rouge2", "{type: rouge2}", answer("testing one", "testing one two"), 2.0 / 3, "pass"},
		{"rougeL, best of two", "{type: rougeL}", answer("testing two", "no", "testing one two"), 0.8, "pass"},
		{"rougeLsum", "{type: rougeLsum}", answer("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5"), 8.0 / 15, "pass"},
		{"rouge, no word to count", "{type: rouge1}", answer("x", "日本"), 0, `unscored: ROUGE counts words of a to z and 0 to 9, and expected "日本" has none`},
		{"rougeL, too long", "{type: rougeL}", answer(strings.Repeat("a ", 30000), strings.Repeat("b ", 30000)), 0, "unscored: texts of 60000 and 60000 bytes are too long to compare"},

		{"recall", "{type: recall_at_k, k: 2}", found(map[string]float64{"1": 1, "2": 1}, "2", "4", "1"), 0.5, "pass"},
		{"recall, no id twice", "{type: recall_at_k}", found(map[string]float64{"1": 1, "2": 1}, "2", "2"), 0.5, "pass"},
		{"precision", "{type: precision_at_k, k: 4, threshold: 0.5}", found(map[string]float64{"a": 1}, "a"), 0.25, "fail"},
		{"hit rate", "{type: hit_rate, k: 1}", found(map[string]float64{"a": 1}, "b", "a"), 0, "pass"},
		{"mrr", "{type: mrr}", found(map[string]float64{"a": 1}, "b", "a"), 0.5, "pass"},
		{"map", "{type: map}", found(map[string]float64{"a": 1, "c": 1}, "a", "b", "c"), 5.0 / 6, "pass"},
		{"ndcg", "{type: ndcg}", found(map[string]float64{"A": 1, "B": 0.8}, "B", "A"), 0.9509457695419298, "pass"},
		{"ndcg, exponential", "{type: ndcg, k: 10, gain: exponential}", found(map[string]float64{"2": 5, "4": 4, "5": 3, "10": 2}, "1", "2", "3", "4", "5"), 0.6347656803723495, "pass"},
		{"retrieval, expected as ids", "{type: mrr}", Sample{Expected: []string{"a"}, Retrieved: []string{"a"}}, 1, "pass"},
		{"retrieval, ids in the answer", "{type: mrr, path: ids}", Sample{Expected: []string{"7"}, Output: `{"ids": [3, 7]}`}, 0.5, "pass"},
		{"retrieval, nothing found", "{type: mrr}", Sample{Expected: []string{"a"}, Retrieved: []string{}}, 0, "pass"},
		{"retrieval, unknown", "{type: mrr}", Sample{Expected: []string{"a"}}, 0, "unscored: what was retrieved is unknown"},
		{"retrieval, nothing relevant", "{type: ndcg}", found(map[string]float64{"a": 0}, "a"), 0, "unscored: ndcg has no value: no document of the case is relevant, or none was found"},
		{"retrieval, no list", "{type: mrr, path: ids, negate: true}", Sample{Expected: []string{"7"}, Output: `{"ids": 3}`}, 0, "fail"},

		{"latency", "{type: latency, max: 3s}", usage, 2000, "pass"},
		{"latency, too slow", "{type: latency, max: 1.5s}", usage, 2000, "fail"},
		{"latency, the caller's clock", "{type: latency}", Sample{Latency: time.Second, Response: usage.Response}, 1000, "pass"},
		{"latency, ttft", "{type: latency, of: ttft, max: 100ms}", usage, 100, "pass"},
		{"latency, negated keeps the value", "{type: latency, max: 3s, negate: true}", usage, 2000, "fail"},
		{"latency, unknown", "{type: latency, max: 3s}", Sample{}, 0, "unscored: the latency is unknown"},
		{"latency, unknown, negated", "{type: latency, max: 3s, negate: true}", Sample{}, 0, "unscored: the latency is unknown"},
		{"latency, not streamed", "{type: latency, of: ttft}", Sample{Latency: 1}, 0, "unscored: the time to the first words is unknown: the answer was not streamed"},
		{"cost", "{type: cost, max: $0.02}", Sample{Cost: &cents}, 0.02, "pass"},
		{"cost, too dear", "{type: cost, max: 0.019}", Sample{Cost: &cents}, 0.02, "fail"},
		{"cost, unpriced", "{type: cost, max: 1}", usage, 0, "unscored: the answer is unpriced"},
		{"tokens", "{type: tokens, max: 100}", usage, 100, "pass"},
		{"tokens, output", "{type: tokens, of: output, max: 39}", usage, 40, "fail"},
		{"tokens, reasoning", "{type: tokens, of: reasoning}", usage, 30, "pass"},
		{"tokens, unknown", "{type: tokens, max: 1}", Sample{Response: &llm.Response{}}, 0, "unscored: the usage is unknown"},

		{"weighted", "{type: weighted, weights: [3, 1], threshold: 0.75, scorers: [{type: exact}, {type: json_valid}]}", answer("a", "a"), 0.75, "pass"},
		{"weighted, all alike", "{type: weighted, threshold: 0.6, scorers: [{type: exact}, {type: json_valid}]}", answer("a", "a"), 0.5, "fail"},
		{"weighted, one unscored", "{type: weighted, scorers: [{type: json_valid}, {name: c, type: exact}]}", answer("a"), 0, "unscored: c: the case has no expected"},
		{"expr, a number", "{type: expr, expr: len(output) / 4}", answer("abc"), 0.75, "pass"},
		{"expr, a number and a threshold", "{type: expr, threshold: 0.8, expr: len(output) / 4}", answer("abc"), 0.75, "fail"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := build(tt.scorer)
			if err != nil {
				t.Fatal(err)
			}
			o := m.Score(context.Background(), &tt.sample)
			if got := verdict(o); got != tt.want || math.Abs(o.Value-tt.value) > 1e-9 {
				t.Errorf("got %s, %v (%s), want %s, %v", got, o.Value, o.Why, tt.want, tt.value)
			}
		})
	}
}

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
		{"json_schema, the case's loops", "{type: json_schema, negate: true}", Sample{Output: "{}", Schema: json.RawMessage(`{"allOf": [{"$ref": "#"}]}`)}, "pass"},
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

func TestMoreBuildErrors(t *testing.T) {
	loop := "&a {type: all_of, scorers: [*a]}"
	tests := []struct{ name, scorer, want, hint string }{
		{"bleu, tokenizer", "{type: bleu, tokenize: 13b}", "1:24: tokenize: want 13a, intl, char or none", "did you mean 13a?"},
		{"bleu, smoothing", "{type: bleu, smooth: expp}", "1:22: smooth: want exp, floor, add-k or none", "did you mean exp"},
		{"bleu, value without use", "{type: bleu, smooth_value: 1}", "1:28: smooth_value: want a number above 0, with smooth floor or add-k", ""},
		{"bleu, order", "{type: bleu, max_order: 0}", "1:25: max_order: want a whole number from 1 to 9", ""},
		{"rouge, measure", "{type: rouge1, measure: f}", "1:25: measure: want fmeasure, precision or recall", ""},
		{"threshold", "{type: token_f1, threshold: 50}", "1:29: threshold: want a number from 0 to 1", ""},
		{"retrieval, k", "{type: mrr, k: -1}", "1:16: k: want a whole number from 1, or 0 for all", ""},
		{"retrieval, gain", "{type: mrr, gain: exponential}", "1:19: gain: want linear, or for ndcg exponential", ""},
		{"latency, max", "{type: latency, max: fast}", "1:22: max: want a duration such as 800ms or 2.5s", ""},
		{"cost, max", "{type: cost, max: cheap}", "1:19: max: want dollars such as 0.01", ""},
		{"tokens, of", "{type: tokens, of: words}", "1:20: of: want total, input, output or reasoning", ""},
		{"schema", "{type: json_schema, schema: {type: objekt}}", "1:29: schema: not a valid schema: at /type...", ""},
		{"schema twice", "{type: json_schema, file: a, schema: {}}", "1:27: file: there is a schema already", ""},
		{"schema with a host", "{type: json_schema, schema: {$ref: 'https://example.com/a'}}", "1:29: schema: https://example.com/a: a $ref may only point into the schema itself", ""},
		{"path, bad", "{type: json_path, path: '$.a['}", "1:25: path: character 5: want a name in quotes, an index, a slice, * or ?", "for example $.items[0].name"},
		{"path, two tests", "{type: json_path, path: $, equals: 1, exists: true}", "1:25: path: want one of equals, matches and exists", ""},
		{"tool_call, arguments", "{type: tool_call, arguments: some}", "1:30: arguments: want exact, subset or ignore", ""},
		{"tool_call, no name", "{type: tool_call, calls: [{arguments: {}}]}", "1:26: calls: a tool call has a name", "for example [{name: get_weather"},
		{"length, model", "{type: length, max: 1, model: x}", "1:31: model: is an option of unit tokens", ""},
		{"label", "{type: label, labels: ['-']}", "1:23: labels: a label has letters or digits", ""},
		{"expr, missing", "{type: expr}", "1:1: expr: is missing", "for example"},
		{"expr, unknown name", "{type: expr, expr: len(outptu) > 1}", "1:20: expr: unknown name outptu (line 1, character 5)", "did you mean output?"},
		{"expr, syntax", "{type: expr, expr: '1 +'}", "1:20: expr: unexpected token EOF (line 1, character 3)", ""},
		{"expr, text", "{type: expr, expr: output}", "1:20: expr: gives string, want true, false or a number", ""},
		{"expr, let", "{type: expr, expr: let a = output; a == output}", "1:20: expr: let is not for scorers", ""},
		{"expr, reduce", "{type: expr, expr: 'reduce(1..9, # + #acc) > 1'}", "1:20: expr: reduce is not for scorers", ""},
		{"exec, missing", "{type: exec}", "1:1: command: is missing", "for example command:"},
		{"exec, timeout", "{type: exec, command: a, timeout: 1h}", "1:35: timeout: want a duration up to 10m, such as 5s", ""},
		{"compose, nothing", "{type: all_of}", "1:1: scorers: is missing", ""},
		{"compose, no list", "{type: all_of, scorers: {type: exact}}", "1:25: scorers: want a list of scorers", "for example"},
		{"compose, a nested mistake", "{type: all_of, scorers: [{type: any_of, scorers: [{type: exakt}]}]}", `1:58: unknown scorer type "exakt"`, "did you mean exact?"},
		{"compose, weights of all_of", "{type: all_of, weights: [1], scorers: [{type: exact}]}", "1:25: weights: is an option of weighted", ""},
		{"compose, weights", "{type: weighted, weights: [1], scorers: [{type: exact}, {type: number}]}", "1:27: weights: want 2, one a scorer", ""},
		{"compose, no numbers", "{type: weighted, weights: [a], scorers: [{type: exact}]}", "1:27: weights: want a list of numbers", ""},
		{"compose, all weights 0", "{type: weighted, weights: [0], scorers: [{type: exact}]}", "1:27: weights: want one above 0", ""},
		{"compose, a measurement", "{type: weighted, scorers: [{type: latency}]}", "1:27: scorers: latency measures in units of its own, which cannot be weighed against others", ""},
		{"compose, itself", loop, "1:28: scorers: nested more than 32 deep", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := build(tt.scorer)
			var d *diag.Error
			if !errors.As(err, &d) {
				t.Fatalf("got %v, want a *diag.Error", err)
			}
			d.File = "f"
			want, prefix := strings.CutSuffix(tt.want, "...")
			got := strings.TrimPrefix(d.Error(), "f:")
			if got != want && !(prefix && strings.HasPrefix(got, want)) || !strings.HasPrefix(d.Hint(), tt.hint) {
				t.Errorf("got  %s (hint %q)\nwant %s (hint %q)", got, d.Hint(), tt.want, tt.hint)
			}
		})
	}
}

func TestLengthInTokens(t *testing.T) {
	m, err := build("{type: length, unit: tokens, max: 2}")
	if err != nil {
		t.Fatal(err)
	}
	s := &Sample{Output: "one two three", Response: &llm.Response{Model: "gpt"}}
	if o := m.Score(context.Background(), s); o.Unscored == "" {
		t.Errorf("without a counter it gives %+v", o)
	}
	if err := m.Bind(Tools{}); err == nil {
		t.Error("it binds without a counter")
	}
	count := func(model, text string) (int, error) {
		if model != "gpt" {
			return 0, fmt.Errorf("no such model %q", model)
		}
		return len(strings.Fields(text)), nil
	}
	if err := m.Bind(Tools{Count: count}); err != nil {
		t.Fatal(err)
	}
	if o := m.Score(context.Background(), s); o.Pass || o.Why != "3 tokens, want at most 2" {
		t.Errorf("got %+v", o)
	}
	if o := m.Score(context.Background(), &Sample{Output: "x"}); o.Unscored != `the tokens cannot be counted: no such model ""` {
		t.Errorf("got %+v", o)
	}
}

func TestSignatureUnitAndNeeds(t *testing.T) {
	for scorer, want := range map[string]string{
		"{type: bleu}": "nrefs:var|case:mixed|eff:yes|tok:13a|smooth:exp",
		"{type: bleu, smooth: floor, tokenize: intl, lowercase: true}": "nrefs:var|case:lc|eff:yes|tok:intl|smooth:floor[0.10]",
		"{type: latency}": "ms", "{type: cost}": "USD", "{type: tokens}": "tokens", "{type: exact}": "",
		`{type: all_of, scorers: [{type: expr, expr: 'metrics.a + metrics["b c"]'}]}`: "[a b c]",
	} {
		m, err := build(scorer)
		if err != nil {
			t.Fatal(err)
		}
		got := m.Signature() + m.Unit()
		if n := m.Needs(); n != nil {
			got += fmt.Sprint(n)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", scorer, got, want)
		}
	}
}

package score

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

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

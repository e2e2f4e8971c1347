package score

import (
	"errors"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func TestMoreBuildErrors(t *testing.T) {
	loop := "&a {type: all_of, scorers: [*a]}"
	tests := []struct{ name, scorer, want, hint string }{
		{"bleu, tokenizer", "{type: bleu, tokenize: 13b}", "1:24: tokenize: want 13a, intl, char or none", "did you mean 13a?"},
		{"bleu, smoothing", "{type: bleu, smooth: expp}", "1:22: smooth: want exp, floor, add-k or none", "did you mean exp"},
		{"bleu, value without use", "{type: bleu, smooth_value: 1}", "1:28: smooth_value: want a number above 0, with smooth floor or add-k", ""},
		{"bleu, order", "{type: bleu, max_order: 0}", "1:25: max_order: want a whole number from 1 to 9", ""},
		{"rouge, measure", "{type: rouge1, measure: f}", "1:25: measure: want fmeasure, precision or recall", ""},
		{"exact, ignore", "{type: exact, ignore: [caps]}", "1:23: ignore: want case, punctuation or digits", ""},
		{"exact, pattern", "{type: exact, ignore_patterns: '('}", "1:32: ignore_patterns: error parsing regexp: missing closing ): `(`", ""},
		{"exact, two ways", "{type: exact, normalize: squad, ignore: case}", "1:26: normalize: squad says what does not count...", ""},
		{"number, which", "{type: number, which: all}", "1:23: which: want last, first or any", ""},
		{"token_f1, stop words", "{type: token_f1, stop_words: a}", "1:30: stop_words: is for sets: true...", ""},
		{"threshold", "{type: token_f1, threshold: 50}", "1:29: threshold: want a number from 0 to 1", ""},
		{"retrieval, k", "{type: mrr, k: -1}", "1:16: k: want a whole number from 1, or 0 for all", ""},
		{"retrieval, gain", "{type: mrr, gain: exponential}", "1:19: gain: want linear, or for ndcg exponential", ""},
		{"latency, max", "{type: latency, max: fast}", "1:22: max: want a duration such as 800ms or 2.5s", ""},
		{"cost, max", "{type: cost, max: cheap}", "1:19: max: want dollars such as 0.01", ""},
		{"tokens, of", "{type: tokens, of: words}", "1:20: of: want total, input, output or reasoning", ""},
		{"schema", "{type: json_schema, schema: {type: objekt}}", "1:29: schema: not a valid schema: at /type...", ""},
		{"schema that loops", "{type: json_schema, schema: {$ref: '#'}}", "1:29: schema: a $ref of the schema leads back to itself...", ""},
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

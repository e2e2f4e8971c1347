package score

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func build(text string) (*Metric, error) {
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		return nil, err
	}
	return Build(node.Content[0])
}

// verdict shortens an Outcome for tables: pass, fail, skip, or the reason why it is unscored.
func verdict(o Outcome) string {
	switch {
	case o.Skip:
		return "skip"
	case o.Unscored != "":
		return "unscored: " + o.Unscored
	case o.Pass:
		return "pass"
	}
	return "fail"
}

func TestScorers(t *testing.T) {
	expected := func(output string, want ...string) Sample { return Sample{Output: output, Expected: want} }
	tests := []struct {
		name, scorer string
		sample       Sample
		want         string
	}{
		{"exact, equal", "{type: exact}", expected("Paris", "Paris"), "pass"},
		{"exact, space counts", "{type: exact}", expected("Paris ", "Paris"), "fail"},
		{"exact, one of several", "{type: exact}", expected("b", "a", "b"), "pass"},
		{"exact, nothing expected", "{type: exact}", expected("b"), "unscored: the case has no expected"},
		{"exact, plain", "{type: exact, normalize: plain}", expected(" new\n YORK", "New York"), "pass"},
		{"exact, plain, Turkish", "{type: exact, normalize: plain}", expected("ISPARTA", "ısparta"), "pass"},
		{"exact, plain, composed or not", "{type: exact, normalize: plain}", expected("cafe\u0301", "café"), "pass"},
		{"exact, squad", "{type: exact, normalize: squad}", expected("The cat.", "cat"), "pass"},
		{"exact, ignoring case and marks", "{type: exact, ignore: [case, punctuation]}", expected("Paris!", "paris"), "pass"},
		{"exact, ignoring digits", "{type: exact, ignore: digits}", expected("agent", "agent007"), "pass"},
		{"exact, nothing is left", "{type: exact, ignore: digits}", expected("1", "2"), "fail"},
		{"exact, ignoring a pattern", "{type: exact, ignore_patterns: 'the ', ignore: case}", expected("The cat", "the cat"), "fail"},
		{"exact, sets", "{type: exact, normalize: sets}", expected("about $3,000.", "3000 about"), "pass"},
		{"exact, empty answer", "{type: exact}", expected("", "a"), "fail"},
		{"exact, negated", "{type: exact, negate: true}", expected("a", "a"), "fail"},
		{"exact, negated, unscored stays", "{type: exact, negate: true}", expected("a"), "unscored: the case has no expected"},
		{"exact, intent of a JSON answer", "{type: exact, field: expected_intent, path: intent}", Sample{Output: "```json\n{\"intent\": \"refund\"}\n```", Intent: "refund"}, "pass"},
		{"exact, list element", "{type: exact, path: items.1.n}", expected(`{"items":[{"n":1},{"n":2.50}]}`, "2.50"), "pass"},
		{"exact, path without JSON", "{type: exact, path: intent}", expected("refund", "refund"), "fail"},
		{"exact, negated, path without JSON", "{type: exact, path: intent, negate: true}", expected("refund", "return"), "fail"},
		{"not_contains, path without JSON", "{type: not_contains, path: a, values: x}", Sample{Output: "no JSON"}, "fail"},
		{"number, negated, path that is not there", "{type: number, path: a, negate: true}", expected("{}", "1"), "fail"},
		{"exact, path that is not there", "{type: exact, path: a.b}", expected(`{"a":1}`, "1"), "fail"},
		{"exact, no tone", "{type: exact, field: expected_tone}", expected("a", "a"), "unscored: the case has no expected_tone"},

		{"contains, the case's", "{type: contains}", Sample{Output: "Refund within 14 days", MustContain: []string{"refund", "14 days"}}, "pass"},
		{"contains, all are needed", "{type: contains}", Sample{Output: "Refund", MustContain: []string{"refund", "14 days"}}, "fail"},
		{"contains, any", "{type: contains, mode: any}", Sample{Output: "Refund", MustContain: []string{"refund", "14 days"}}, "pass"},
		{"contains, own values", "{type: contains, values: yes}", Sample{Output: "Yes!", MustContain: []string{"no"}}, "pass"},
		{"contains, case counts", "{type: contains, values: yes, case_sensitive: true}", Sample{Output: "Yes!"}, "fail"},
		{"contains, nothing asked", "{type: contains}", Sample{Output: "x"}, "skip"},
		{"contains, negated, nothing asked", "{type: contains, negate: true}", Sample{Output: "x"}, "skip"},
		{"not_contains, absent", "{type: not_contains}", Sample{Output: "sure", MustNotContain: []string{"sorry"}}, "pass"},
		{"not_contains, one there", "{type: not_contains}", Sample{Output: "SORRY", MustNotContain: []string{"x", "sorry"}}, "fail"},
		{"not_contains, all, one there", "{type: not_contains, mode: all}", Sample{Output: "SORRY", MustNotContain: []string{"x", "sorry"}}, "pass"},
		{"not_contains, nothing asked", "{type: not_contains}", Sample{Output: "x"}, "skip"},

		{"starts_with", "{type: starts_with, values: [Dear, Hello]}", Sample{Output: " hello you"}, "pass"},
		{"starts_with, later", "{type: starts_with, values: [Dear]}", Sample{Output: "Oh Dear"}, "fail"},
		{"starts_with, expected", "{type: starts_with}", expected("Yes, since", "yes"), "pass"},
		{"starts_with, nothing", "{type: starts_with}", Sample{Output: "a"}, "unscored: the case has no expected"},
		{"starts_with, case counts", "{type: starts_with, values: yes, case_sensitive: true}", Sample{Output: "Yes"}, "fail"},

		{"regex", `{type: regex, pattern: '\bA-\d+\b'}`, Sample{Output: "order A-17"}, "pass"},
		{"regex, no match", `{type: regex, pattern: '^\d+$'}`, Sample{Output: "x1"}, "fail"},
		{"regex, must not match", `{type: regex, pattern: 'x', match: false}`, Sample{Output: "x1"}, "fail"},
		{"regex, last group", `{type: regex, pattern: 'is \((.)\)', group: 1}`, expected("is (A), no, is (B)", "b"), "pass"},
		{"regex, named group", `{type: regex, pattern: 'is (?P<x>\w+)', group: x}`, expected("is foo", "bar"), "fail"},
		{"regex, group without a match", `{type: regex, pattern: 'is (\w+)', group: 1}`, expected("", "bar"), "fail"},
		{"regex, group, nothing expected", `{type: regex, pattern: 'is (\w+)', group: 1}`, Sample{Output: "is a"}, "unscored: the case has no expected"},

		{"number", "{type: number}", expected("I count $1,234.00", "1234"), "pass"},
		{"number, behind the marker", "{type: number, after: 'A:'}", expected("A: 3 A: 4\nA:5 dollars", "5"), "pass"},
		{"number, no marker", "{type: number, after: 'A:'}", expected("5", "5"), "fail"},
		{"number, nothing behind it", "{type: number, after: 'A:'}", expected("5 A:", "5"), "fail"},
		{"number, exact", "{type: number}", expected("0.1", "0.10000000000000000001"), "fail"},
		{"number, tolerance", "{type: number, tolerance: 0.01}", expected("3.14", "3.1416"), "pass"},
		{"number, relative tolerance", "{type: number, tolerance: 1%}", expected("102", "100"), "fail"},
		{"number, decimal comma", "{type: number, decimal: ','}", expected("1.234,50 TL", "1234.5"), "pass"},
		{"number, the last", "{type: number, which: last}", expected("7, then 25, then 9", "25"), "fail"},
		{"number, the first", "{type: number, which: first}", expected("7, then 25", "7"), "pass"},
		{"number, any", "{type: number, which: any}", expected("7, then 25, then 9", "25"), "pass"},
		{"number, none of them", "{type: number, which: any}", expected("7, then 25", "9"), "fail"},
		{"number, none at all", "{type: number, which: any}", expected("seven", "9"), "fail"},
		{"levenshtein, swapped", "{type: levenshtein, threshold: 0.7, transpositions: true}", expected("tihs", "this"), "pass"},
		{"levenshtein, two edits", "{type: levenshtein, threshold: 0.7}", expected("tihs", "this"), "fail"},
		{"token_f1, sets", "{type: token_f1, sets: true, threshold: 1}", expected("Paris Paris", "Paris"), "pass"},
		{"token_f1, stop words", "{type: token_f1, sets: true, stop_words: [Texas], threshold: 1}", expected("Paris", "Paris, Texas"), "pass"},
		{"number, expected is none", "{type: number}", expected("5", "five"), `unscored: expected "five" holds no number`},
		{"number, expected in figures or words", "{type: number}", expected("6", "five", "5"), "fail"},
		{"number, nothing expected", "{type: number}", expected("5"), "unscored: the case has no expected"},

		{"json_valid, object", "{type: json_valid}", Sample{Output: ` {"a": 1}`}, "pass"},
		{"json_valid, fence", "{type: json_valid, fence: true}", Sample{Output: "```json\n[1]\n```"}, "pass"},
		{"json_valid, fence not taken off", "{type: json_valid}", Sample{Output: "```json\n[1]\n```"}, "fail"},
		{"json_valid, lone number", "{type: json_valid}", Sample{Output: "1"}, "fail"},
		{"json_valid, any", "{type: json_valid, any: true}", Sample{Output: "1"}, "pass"},
		{"json_valid, text behind", "{type: json_valid}", Sample{Output: "{} ok"}, "fail"},

		{"length, characters", "{type: length, max: 4}", Sample{Output: "ışık"}, "pass"},
		{"length, too long", "{type: length, max: 3}", Sample{Output: "ışık"}, "fail"},
		{"length, words", "{type: length, min: 2, unit: words}", Sample{Output: "one"}, "fail"},

		{"levenshtein, equal", "{type: levenshtein}", expected("abc", "abc"), "pass"},
		{"levenshtein, near", "{type: levenshtein, threshold: 0.6}", expected("abd", "abc"), "pass"},
		{"levenshtein, far", "{type: levenshtein, threshold: 0.7}", expected("abd", "abc"), "fail"},
		{"levenshtein, too long", "{type: levenshtein}", expected(strings.Repeat("a", 30000), strings.Repeat("b", 30000)), "unscored: texts of 30000 and 30000 bytes are too long to compare"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := build(tt.scorer)
			if err != nil {
				t.Fatal(err)
			}
			o := m.Score(context.Background(), &tt.sample)
			if got := verdict(o); got != tt.want {
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

func TestBuildErrors(t *testing.T) {
	tests := []struct{ name, scorer, want, hint string }{
		{"unknown type", "{name: a, type: exakt}", `1:17: unknown scorer type "exakt"`, "did you mean exact?"},
		{"type like nothing", "{type: zzzzzzz}", `1:8: unknown scorer type "zzzzzzz"`, "types: exact, contains"},
		{"no type", "{name: a}", "1:1: the scorer has no type", "types: exact"},
		{"no mapping", "exact", "1:1: a scorer is a mapping with a type", "for example {name: accuracy, type: exact}"},
		{"unknown option", "{type: exact, normalise: squad}", `1:15: unknown option "normalise" of the scorer`, "did you mean normalize?"},
		{"bad choice", "{type: exact, normalize: sqad}", "1:26: normalize: want none, plain, squad or sets", ""},
		{"bad kind", "{type: length, max: lots}", "1:21: max: want a whole number", ""},
		{"a list for text", "{type: regex, pattern: [a]}", "1:24: pattern: want text", ""},
		{"bad pattern", "{type: regex, pattern: '('}", "1:24: pattern: missing closing ): `(`", ""},
		{"missing pattern", "{type: regex}", "1:1: pattern: is missing", ""},
		{"no such group", "{type: regex, pattern: 'a', group: 2}", "1:36: group: the pattern has no group 2", ""},
		{"bad field", "{type: exact, field: output}", "1:22: field: want expected, expected_intent or expected_tone", ""},
		{"bad tolerance", "{type: number, tolerance: few}", "1:27: tolerance: want a number such as 0.01, or a share such as 1%", ""},
		{"bad mode", "{type: contains, mode: none}", "1:24: mode: want any or all", ""},
		{"empty value", "{type: contains, values: ['']}", "1:26: values: an empty text is in every answer", ""},
		{"threshold", "{type: levenshtein, threshold: 2}", "1:32: threshold: want a number from 0 to 1", ""},
		{"not a number", "{type: levenshtein, threshold: .nan}", "1:32: threshold: want a number from 0 to 1", ""},
		{"lengths crossed", "{type: length, min: 5, max: 2}", "1:21: min: is above max", ""},
		{"twice", "{type: exact, type: exact}", `1:15: the key "type" is already set in line 1`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := build(tt.scorer)
			var d *diag.Error
			if !errors.As(err, &d) {
				t.Fatalf("got %v, want a *diag.Error", err)
			}
			if d.Line > 0 {
				d.File = "f"
			}
			if got := strings.TrimPrefix(d.Error(), "f:"); got != tt.want || !strings.HasPrefix(d.Hint(), tt.hint) {
				t.Errorf("got  %s (hint %q)\nwant %s (hint %q)", got, d.Hint(), tt.want, tt.hint)
			}
		})
	}
}

// A hash tells whether two scorers score alike: options count, with their defaults, and names and
// spelling do not.
func TestHash(t *testing.T) {
	hashes := map[string]string{}
	for _, text := range []string{
		"{type: number}", "{name: x, type: number, decimal: '.'}", "{type: number, after: 'A:'}", "{type: number, negate: true}", "{type: exact}",
	} {
		m, err := build(text)
		if err != nil {
			t.Fatal(err)
		}
		hashes[text] = m.Hash
	}
	if hashes["{type: number}"] != hashes["{name: x, type: number, decimal: '.'}"] {
		t.Error("a name or a default written out changes the hash")
	}
	distinct := map[string]bool{}
	for _, h := range hashes {
		distinct[h] = true
	}
	if len(distinct) != 4 {
		t.Errorf("%d hashes of 4 scorers: %v", len(distinct), hashes)
	}
}

type fixed Outcome

func (f fixed) Score(context.Context, *Sample) Outcome { return Outcome(f) }

func TestNoValueThatIsNoNumber(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1)} {
		for _, negate := range []bool{false, true} {
			m := Metric{scorer: fixed{Value: v, Pass: true}, negate: negate}
			if o := m.Score(context.Background(), &Sample{}); o.Unscored == "" || o.Pass {
				t.Errorf("%v, negated %t, gives %+v", v, negate, o)
			}
		}
	}
}

func TestFromCases(t *testing.T) {
	list, err := FromCases()
	if err != nil || len(list) != 2 || list[0].Name != "contains" || list[1].Name != "not_contains" {
		t.Errorf("got %v, %v", list, err)
	}
}

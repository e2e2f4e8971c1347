package score_test

import (
	"context"
	"fmt"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/score"
)

func ExampleMetric() {
	var m score.Metric
	if err := yaml.Unmarshal([]byte(`{name: accuracy, type: number, after: "A:"}`), &m); err != nil {
		fmt.Println(err)
		return
	}
	o := m.Score(context.Background(), &score.Sample{Output: "9 * 2 = 18\nA: $18.00", Expected: []string{"18"}})
	fmt.Println(m.Name, o.Value, o.Pass)
	// Output: accuracy 1 true
}

func FuzzBuild(f *testing.F) {
	f.Add("{type: number, after: 'A:', tolerance: 1%}")
	f.Add("{type: contains, values: [a, b], mode: any}")
	f.Add("{type: regex, pattern: '(a)', group: 1}")
	f.Add("{type: all_of, scorers: [&a {type: bleu, negate: true}, *a, {type: expr, expr: len(output) > 1}]}")
	f.Add("{type: json_schema, schema: {$ref: '#'}}")
	f.Add("{type: tool_call, calls: [{name: f, arguments: {n: 1}}]}")
	f.Add("{type: json_path, path: '$..[?@.a == 1]', equals: .inf}")
	f.Fuzz(func(t *testing.T, text string) {
		var m score.Metric
		if yaml.Unmarshal([]byte(text), &m) != nil || m.Name == "" {
			return
		}
		o := m.Score(context.Background(), &score.Sample{Output: text, Expected: []string{"1"}, MustContain: []string{"a"}})
		if !o.Scored() && (o.Pass || o.Value != 0) {
			t.Errorf("%q: not scored and yet %+v", text, o)
		}
	})
}

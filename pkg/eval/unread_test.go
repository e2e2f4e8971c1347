package eval

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnread(t *testing.T) {
	const all = `{"id": "a", "input": "x", "expected": "y", "expected_intent": "i", "expected_tone": "t", "schema": {}}`
	every := []Unread{{"expected", 1}, {"expected_intent", 1}, {"expected_tone", 1}, {"schema", 1}}
	for _, tt := range []struct {
		name, scorers string
		want          []Unread
	}{
		{"none", "[]", every},
		{"one that reads the answer only", "[{type: length, max: 9}]", every},
		{"all", "[{type: exact}, {type: label}, {type: exact, name: tone, field: expected_tone}, {type: json_schema}]", nil},
		{"a field of another", "[{type: exact, field: expected_intent}]", []Unread{{"expected", 1}, {"expected_tone", 1}, {"schema", 1}}},
		{"one that may read anything", "[{type: expr, expr: 'intent == output'}]", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: " + tt.scorers + "\n", "c.jsonl": all})
			out, err := Run(t.Context(), s, Config{Caller: always("y"), Root: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, out.Unread); diff != "" {
				t.Error(diff)
			}
		})
	}
}

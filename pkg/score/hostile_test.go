package score

import (
	"strings"
	"testing"
)

// A judge may write the key with escapes, which JSON allows.
func TestGradeUnderAnEscapedKey(t *testing.T) {
	o := asked(t, gEval, says("{\"\\u0073core\": 4}")).Score(t.Context(), sampleOf("answer"))
	if !o.Scored() || o.Value != 0.75 {
		t.Errorf("%+v", o)
	}
}

// What follows the JSON makes it none, a bracket too.
func TestFieldOfWhatIsNoJSON(t *testing.T) {
	m, err := build("{type: exact, path: a}")
	if err != nil {
		t.Fatal(err)
	}
	for _, output := range []string{`{"a": "right"}}`, `{"a": "right"}]`, `{"a": "right"} {}`} {
		if o := m.Score(t.Context(), &Sample{Output: output, Expected: []string{"right"}}); o.Pass || !strings.Contains(o.Why, "not JSON") {
			t.Errorf("%s: %+v", output, o)
		}
	}
}

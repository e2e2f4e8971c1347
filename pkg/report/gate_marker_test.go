package report

import (
	"strings"
	"testing"
)

// Two suites of one repository must not write over each other's comment.
func TestMarkersDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, suite := range []string{"a_b", "a-b", "a b", "выбор", "отказ", strings.Repeat("x", 200), strings.Repeat("x", 201)} {
		m := GateMarker(suite)
		if other, taken := seen[m]; taken {
			t.Errorf("%q and %q have the marker %s", suite, other, m)
		}
		if seen[m] = suite; strings.Contains(strings.TrimSuffix(strings.TrimPrefix(m, "<!--"), "-->"), "-->") {
			t.Errorf("the marker of %q closes itself: %s", suite, m)
		}
	}
}

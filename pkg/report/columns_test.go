package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/report"
)

func TestColumns(t *testing.T) {
	for name, c := range map[string]struct {
		left int
		rows [][]string
		want string
	}{
		"no rows":             {1, nil, "name  n  cost\n"},
		"numbers":             {1, [][]string{{"a", "1", "$0.01"}, {"longer", "12,345", "–"}}, "name         n   cost\na            1  $0.01\nlonger  12,345      –\n"},
		"texts":               {3, [][]string{{"a", "b", "c"}, {"longer", "", ""}}, "name    n  cost\na       b  c\nlonger\n"},
		"wide characters":     {1, [][]string{{"東京", "1", "2"}, {"ab", "1", "2"}}, "name  n  cost\n東京  1     2\nab    1     2\n"},
		"wider than a buffer": {0, [][]string{{strings.Repeat("x", 99), "1", "2"}}, strings.Repeat(" ", 95) + "name  n  cost\n" + strings.Repeat("x", 99) + "  1     2\n"},
	} {
		var out strings.Builder
		if err := report.Columns(&out, c.left, []string{"name", "n", "cost"}, c.rows); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, out.String()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

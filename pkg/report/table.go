package report

import (
	"bytes"

	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

func (t text) metrics() {
	r := t.run.Outcome.Result
	if len(r.Metrics) == 0 {
		t.line("")
		t.line(t.style.warn("the suite has no scorer, so nothing was scored"))
		return
	}
	rows := make([][]string, len(r.Metrics))
	for i, m := range r.Metrics {
		unscored := thousands(int64(m.Unscored))
		if m.Unscored > 0 {
			unscored = t.style.warn(unscored)
		}
		rows[i] = []string{termsafe.Line(m.Name), t.style.bold(score(m.Mean)), interval(m), thousands(int64(m.N)), unscored}
	}
	t.table([]string{"metric", "mean", "95 % interval", "cases", "unscored"}, rows)
	if lines := noted(r, termsafe.Line); len(lines) > 0 {
		t.line("")
		for _, line := range lines {
			t.line(t.style.faint(line))
		}
	}
}

// table writes a table: names in the first column, which is shortened where the table is too wide, and
// numbers to the right.
func (t text) table(header []string, rows [][]string) {
	fit(header, rows, t.style.width())
	for i, h := range header {
		header[i] = t.style.faint(h)
	}
	var out bytes.Buffer
	err := Columns(&out, 1, header, rows)
	t.line("")
	if err != nil { // a mistake of ours: still say what is known
		for _, row := range rows {
			t.line(joined(row))
		}
		return
	}
	_, _ = t.Write(out.Bytes())
}

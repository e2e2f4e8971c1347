package report

import (
	"bytes"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

const maxSlices = 20

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
}

func (t text) slices() {
	r := t.run.Outcome.Result
	var rows [][]string
	for _, s := range r.Slices[:min(maxSlices, len(r.Slices))] {
		for _, m := range s.Metrics {
			rows = append(rows, []string{termsafe.Line(s.Tag), termsafe.Line(m.Name), score(m.Mean), interval(m), thousands(int64(m.N))})
		}
	}
	if len(rows) == 0 || whole(r) {
		return
	}
	t.table([]string{"tag", "metric", "mean", "95 % interval", "cases"}, rows)
	if more := len(r.Slices) - maxSlices; more > 0 {
		t.line(t.style.faint(count(more, "more tag") + "; --json has all"))
	}
}

// whole tells that the only tag is that of all cases, and so says nothing new.
func whole(r eval.Result) bool { return len(r.Slices) == 1 && r.Slices[0].Cases == r.Cases }

// table writes a table: the first column flexible, two for names where there are, numbers to the right.
func (t text) table(header []string, rows [][]string) {
	fit(header, rows, t.style.width())
	align := make([]tw.Align, len(header))
	for i := range align {
		if align[i] = tw.AlignRight; i == 0 || header[i] == "metric" {
			align[i] = tw.AlignLeft
		}
	}
	var out bytes.Buffer
	table := tablewriter.NewTable(&out,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithHeaderAutoFormat(tw.Off), // it would write headers in capitals
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone), tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithPadding(tw.Padding{Left: "", Right: "  ", Overwrite: true}),
	)
	for i, h := range header {
		header[i] = t.style.faint(h)
	}
	table.Header(header)
	err := table.Bulk(rows)
	if err == nil {
		err = table.Render()
	}
	t.line("")
	if err != nil { // a mistake of ours: still say what is known
		for _, row := range rows {
			t.line(joined(row))
		}
		return
	}
	for _, line := range bytes.Split(bytes.TrimRight(out.Bytes(), "\n"), []byte("\n")) {
		_, _ = t.Write(append(bytes.TrimRight(line, " "), '\n'))
	}
}

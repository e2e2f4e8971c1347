package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/llmops-toolkit/llmops/pkg/report"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
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
	var out strings.Builder
	if err := report.Columns(&out, 1, []string{"name", "n"}, [][]string{{"a", "1"}, {"b"}}); err == nil || out.Len() > 0 {
		t.Errorf("a row that does not fit: %v, %q", err, out.String())
	}
}

// FuzzColumns compares with tablewriter, which is slow where rows are many.
func FuzzColumns(f *testing.F) {
	f.Add("name\tn\na\t1\nlonger\t22", 2, 1)
	f.Add("テナント\t👩‍👩‍👧‍👦\t–\ná\t\t©️\n🇩🇪\tx y\tz", 3, 2)
	f.Fuzz(func(t *testing.T, text string, width, left int) {
		if width < 1 || width > 6 || left < 0 || left > width {
			t.Skip()
		}
		var rows [][]string
		for line := range strings.Lines(text) {
			row := make([]string, width)
			for i, cell := range strings.SplitN(line, "\t", width) {
				row[i] = termsafe.Line(cell)
			}
			if strings.Join(row, "") == "" {
				t.Skip() // it leaves such lines out
			}
			rows = append(rows, row)
		}
		if len(rows) == 0 {
			t.Skip()
		}
		var out strings.Builder
		if err := report.Columns(&out, left, rows[0], rows[1:]); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(peerColumns(t, left, rows[0], rows[1:]), out.String()); d != "" {
			t.Error(d)
		}
	})
}

func peerColumns(t *testing.T, left int, header []string, rows [][]string) string {
	t.Helper()
	align := make([]tw.Align, len(header))
	for i := range align {
		if align[i] = tw.AlignRight; i < left {
			align[i] = tw.AlignLeft
		}
	}
	var out bytes.Buffer
	table := tablewriter.NewTable(&out,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone), tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithPadding(tw.Padding{Left: "", Right: "  ", Overwrite: true}),
	)
	table.Header(header)
	if err := table.Bulk(rows); err != nil {
		t.Fatal(err)
	}
	if err := table.Render(); err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for line := range strings.Lines(out.String()) {
		lines.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return lines.String()
}

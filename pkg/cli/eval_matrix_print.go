package cli

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/charmbracelet/x/ansi"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/report"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// printMatrix lists the runs and shows their figures side by side, a column each.
func (e *env) printMatrix(o evalRunOptions, suite *eval.Suite, m *eval.Matrix) error {
	if o.json {
		return writeJSON(e.out, m.Result(suite.Name))
	}
	st := e.outStyle()
	if err := e.say("%s · %s · matrix %s\n", termsafe.Line(suite.Name), plural(len(m.Runs), "run"), m.ID); err != nil {
		return err
	}
	for i, r := range m.Runs {
		id := ""
		if r.Outcome != nil && r.Outcome.Dir != "" {
			id = "  " + st.faint(r.Outcome.Info.ID)
		}
		if err := e.say("%3d  %s%s", i+1, termsafe.Line(r.Cell.Name), id); err != nil {
			return err
		}
		if r.Outcome != nil && r.Outcome.Result.StandIns != nil {
			if err := e.say("     %s", st.warn("note: "+termsafe.Line(r.Outcome.Result.StandIns.Sentence(r.Outcome.Info.Model)))); err != nil {
				return err
			}
		}
		if r.Err != nil {
			if err := e.say("     %s", st.bad("error: "+termsafe.Line(r.Err.Error()))); err != nil {
				return err
			}
		}
	}
	g := matrixGrid(m)
	for _, part := range g.folded(e.width(), e.narrow()) {
		if err := e.say(""); err != nil {
			return err
		}
		if err := part.print(e); err != nil {
			return err
		}
	}
	return e.printMatrixNotes(m)
}

// printMatrixNotes says how the means of the table came about, which is the same in all runs.
func (e *env) printMatrixNotes(m *eval.Matrix) error {
	for _, r := range m.Runs {
		if r.Outcome == nil {
			continue
		}
		for i, line := range report.Notes(r.Outcome.Result) {
			if i == 0 {
				line = "\n" + line
			}
			if err := e.say("%s", line); err != nil {
				return err
			}
		}
		e.tellUnread(r.Outcome.Unread)
		break
	}
	return nil
}

// matrixGrid has a row for each figure and a column for each run.
func matrixGrid(m *eval.Matrix) *grid {
	g := &grid{header: []string{"metric"}, left: 1}
	for i := range m.Runs {
		g.header = append(g.header, strconv.Itoa(i+1))
	}
	row := func(name string, cell func(r *eval.Result) string) {
		cells := []string{name}
		for _, run := range m.Runs {
			text := "–"
			if run.Outcome != nil {
				text = cell(&run.Outcome.Result)
			}
			cells = append(cells, text)
		}
		g.add(cells...)
	}
	for _, name := range matrixMetrics(m) {
		row(name, func(r *eval.Result) string { return meanWord(metricOf(r, name)) })
	}
	row("cases", func(r *eval.Result) string { return grouped(r.Cases) })
	row("unscored", func(r *eval.Result) string { return grouped(mostUnscored(r)) })
	row("failed calls", func(r *eval.Result) string { return grouped(r.Errors) })
	row("p50 latency", func(r *eval.Result) string {
		return latencyWord(r.Latency, func(l *eval.Latency) float64 { return l.P50 })
	})
	row("p95 latency", func(r *eval.Result) string {
		return latencyWord(r.Latency, func(l *eval.Latency) float64 { return l.P95 })
	})
	row("tokens out", func(r *eval.Result) string {
		if r.Usage == nil {
			return "–"
		}
		return grouped(r.Usage.Output)
	})
	row("cost", func(r *eval.Result) string { return price(r.Cost) })
	if slices.ContainsFunc(m.Runs, func(r eval.CellRun) bool { return r.Outcome != nil && r.Outcome.Result.Judges != nil }) {
		row("judges' cost", func(r *eval.Result) string {
			if r.Judges == nil {
				return "–"
			}
			return price(r.Judges.Cost)
		})
	}
	for _, name := range matrixMetrics(m) {
		if slices.ContainsFunc(m.Runs, func(r eval.CellRun) bool { return r.Outcome != nil && compared(&r.Outcome.Result, name) > 0 }) {
			row(name+" flips", func(r *eval.Result) string {
				n := compared(r, name)
				if n == 0 {
					return "–"
				}
				return grouped(metricOf(r, name).Flips) + " of " + grouped(n)
			})
		}
	}
	return g
}

func matrixMetrics(m *eval.Matrix) (names []string) {
	for _, run := range m.Runs {
		if run.Outcome == nil {
			continue
		}
		for _, metric := range run.Outcome.Result.Metrics {
			if !slices.Contains(names, metric.Name) {
				names = append(names, metric.Name)
			}
		}
	}
	return names
}

// compared is how many verdicts of a metric's judge were asked for in both orders.
func compared(r *eval.Result, metric string) int {
	if m := metricOf(r, metric); m != nil {
		return m.Compared
	}
	return 0
}

func meanWord(m *eval.MetricResult) string {
	if m == nil || m.Mean == nil {
		return "–"
	}
	return strconv.FormatFloat(*m.Mean, 'f', 4, 64)
}

func mostUnscored(r *eval.Result) (n int) {
	for _, m := range r.Metrics {
		n = max(n, m.Unscored)
	}
	return n
}

func latencyWord(l *eval.Latency, of func(*eval.Latency) float64) string {
	if l == nil {
		return "–"
	}
	return fmt.Sprintf("%.0f ms", of(l))
}

// folded cuts a table into several that fit a width, each with the first column.
func (g *grid) folded(width int, fold bool) []*grid {
	if !fold || total(g.widths()) <= width {
		return []*grid{g}
	}
	var parts []*grid
	first := g.columnWidth(0)
	for c := 1; c < len(g.header); {
		part, room := &grid{header: g.header[:1:1], left: g.left, rows: make([][]string, len(g.rows))}, width-first
		for i, r := range g.rows {
			part.rows[i] = r[:1:1]
		}
		for begin := c; c < len(g.header) && (c == begin || room >= g.columnWidth(c)+2); c++ {
			room -= g.columnWidth(c) + 2
			part.header = append(part.header, g.header[c])
			for i, r := range g.rows {
				part.rows[i] = append(part.rows[i], r[c])
			}
		}
		parts = append(parts, part)
	}
	for _, p := range parts {
		for _, r := range p.rows {
			r[0] = ansi.Truncate(r[0], max(8, width/2), "…")
		}
	}
	return parts
}

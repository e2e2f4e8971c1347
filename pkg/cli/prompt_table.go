package cli

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// fitted prints a table, on a terminal with the given columns shortened, the first one first, until it
// is as wide as that. What goes into a pipe is whole.
func (e *env) fitted(g *grid, columns ...int) error {
	if e.narrow() {
		over := total(g.widths()) - e.width()
		for _, c := range columns {
			if over <= 0 {
				break
			}
			over -= g.shorten(c, over)
		}
	}
	return g.print(e)
}

// narrow tells whether lines have to fit a width.
func (e *env) narrow() bool { return e.outTTY || config.TerminalFrom(e.environ).Columns > 0 }

// columnWidth is that of the widest cell.
func (g *grid) columnWidth(c int) int {
	w := ansi.StringWidth(g.header[c])
	for _, row := range g.rows {
		if len(row[c]) > w { // no text has more columns than bytes
			w = max(w, ansi.StringWidth(row[c]))
		}
	}
	return w
}

// shorten makes a column at most so many columns narrower, and tells by how many it did.
func (g *grid) shorten(c, by int) int {
	now := g.columnWidth(c)
	want := max(now-by, min(now, 12), ansi.StringWidth(g.header[c]))
	for _, row := range g.rows {
		row[c] = ansi.Truncate(row[c], want, "…")
	}
	return now - want
}

// dropEmpty removes the columns in which no row has anything, but for the first.
func (g *grid) dropEmpty() {
	for c := len(g.header) - 1; c > 0; c-- {
		empty := true
		for _, row := range g.rows {
			empty = empty && (row[c] == "" || row[c] == "–")
		}
		if !empty {
			continue
		}
		g.drop(c)
	}
}

// drop leaves a column out.
func (g *grid) drop(c int) {
	g.header = slices.Delete(g.header, c, c+1)
	for i, row := range g.rows {
		g.rows[i] = slices.Delete(row, c, c+1)
	}
	if c < g.left {
		g.left--
	}
}

// indented breaks a text of one line between words, each line of it behind the indent.
func (e *env) indented(text string, indent int) string {
	text = termsafe.Line(text)
	if e.narrow() {
		text = ansi.Wrap(text, max(20, e.width()-indent), "")
	}
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", indent))
}

// shownText is a text as it goes to standard output: neutralised on a terminal, as it is into a pipe.
func (e *env) shownText(text string) string {
	if e.outTTY {
		return termsafe.String(text)
	}
	return text
}

// orNone is a text, and a dash for none.
func orNone(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

package cli

import (
	"fmt"

	"github.com/charmbracelet/x/ansi"
)

// narrowest is how far fitted shortens a text: below it names are not told apart. Where there are many, the
// others help.
func (g *grid) narrowest() int {
	if g.left > 2 {
		return 10
	}
	return 16
}

// fitted prints the table in at most the width of the terminal: where it is wider, the texts lose their
// middles, and where that is not enough, each row becomes a paragraph in which nothing is shortened.
func (g *grid) fitted(e *env) error {
	widths := g.widths()
	for over := g.total() - e.width(); over > 0; over-- {
		widest := 0
		for i := range g.left {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if g.left == 0 || widths[widest] <= g.narrowest() {
			return g.paragraphs(e)
		}
		widths[widest]--
	}
	for _, row := range g.rows {
		for i := range g.left {
			row[i] = middle(row[i], widths[i])
		}
	}
	return g.print(e)
}

// total is how wide the table is.
func (g *grid) total() int {
	n := -2
	for _, w := range g.widths() {
		n += w + 2
	}
	return n
}

// least is how wide the table is with its texts as short as fitted makes them.
func (g *grid) least() int {
	n := g.total()
	for _, w := range g.widths()[:g.left] {
		n -= max(0, w-g.narrowest())
	}
	return n
}

func (g *grid) widths() []int {
	widths := make([]int, len(g.header))
	for i, h := range g.header {
		widths[i] = ansi.StringWidth(h)
		for _, row := range g.rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i]))
		}
	}
	return widths
}

// middle shortens a text to so many columns: both ends of a model's or a prompt's name tell it apart.
func middle(s string, width int) string {
	n := ansi.StringWidth(s)
	if n <= width {
		return s
	}
	head := (width - 1) / 2
	return ansi.Truncate(s, head, "") + "…" + ansi.TruncateLeft(s, n-(width-1-head), "")
}

func (g *grid) paragraphs(e *env) error {
	for _, row := range g.rows {
		text := ""
		for i, cell := range row {
			if cell == "" {
				continue
			}
			text += fmt.Sprintf("%s %s, ", g.header[i], cell)
		}
		if err := e.say("%s", wrapLine(text[:len(text)-2], e.width())); err != nil {
			return err
		}
	}
	return nil
}

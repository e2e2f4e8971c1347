package cli

import (
	"bufio"
	"slices"

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
	for over := total(widths) - e.width(); over > 0; over-- {
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

// total is how wide a table of such columns is.
func total(widths []int) int {
	n := -2
	for _, w := range widths {
		n += w + 2
	}
	return n
}

// squeeze leaves out columns, the ones that matter least first, until the table with its texts as short as fitted makes
// them is no wider than it may be. It gives the names of those that it left out.
func (g *grid) squeeze(width int, columns ...string) (left []string) {
	widths := g.widths()
	for _, name := range columns {
		least := total(widths)
		for _, w := range widths[:g.left] {
			least -= max(0, w-g.narrowest())
		}
		if least <= width {
			break
		}
		if i := slices.Index(g.header[g.left:], name); i >= 0 {
			g.drop(g.left + i)
			widths = slices.Delete(widths, g.left+i, g.left+i+1)
			left = append(left, name)
		}
	}
	return left
}

func (g *grid) widths() []int {
	widths := make([]int, len(g.header))
	for c := range g.header {
		widths[c] = g.columnWidth(c)
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
	out, width := bufio.NewWriter(e.out), e.width()
	var text []byte
	for _, row := range g.rows {
		text = text[:0]
		for i, cell := range row {
			if cell != "" {
				text = append(append(append(append(text, g.header[i]...), ' '), cell...), ", "...)
			}
		}
		_, _ = out.WriteString(wrapLine(string(text[:len(text)-2]), width))
		_ = out.WriteByte('\n')
	}
	return out.Flush() // tells also of an earlier failure
}

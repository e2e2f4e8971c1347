package report

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const gap = 2 // columns between two cells

// fit shortens the texts of the first column, so that a table is no wider than it may be. Numbers are
// never cut.
func fit(header []string, rows [][]string, width int) {
	widths := make([]int, len(header))
	for i, h := range header {
		widths[i] = ansi.StringWidth(h)
		for _, row := range rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i]))
		}
	}
	over := sum(widths) + gap*len(widths) - width
	if over <= 0 {
		return
	}
	for _, row := range rows {
		row[0] = shorten(row[0], max(8, widths[0]-over))
	}
}

func sum(list []int) (total int) {
	for _, n := range list {
		total += n
	}
	return total
}

func joined(row []string) string { return strings.Join(row, "  ") }

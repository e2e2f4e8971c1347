package report

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const gap = 2 // columns between two cells

// fit shortens the texts of the first column, and of the second where that holds names too, so that a
// table is no wider than it may be. Numbers are never cut.
func fit(header []string, rows [][]string, width int) {
	widths := make([]int, len(header))
	for i, h := range header {
		widths[i] = ansi.StringWidth(h)
		for _, row := range rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i]))
		}
	}
	for over := sum(widths) + gap*len(widths) - width; over > 0; over-- {
		widest := 0
		if header[1] == "metric" && widths[1] > widths[0] {
			widest = 1
		}
		if widths[widest] <= 8 {
			break
		}
		widths[widest]--
	}
	for _, row := range rows {
		row[0] = shorten(row[0], widths[0])
		if header[1] == "metric" {
			row[1] = shorten(row[1], widths[1])
		}
	}
}

func sum(list []int) (total int) {
	for _, n := range list {
		total += n
	}
	return total
}

func joined(row []string) string { return strings.Join(row, "  ") }

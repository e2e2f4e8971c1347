package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// Columns writes rows under a header, without a border and without spaces at the line ends: so many columns from the
// first, left, are texts, aligned to the left, and the others numbers. Nothing is shortened, and nothing is written
// when the rows do not fit the header. Cells are one line each and may be styled; what models wrote must have been made
// safe.
func Columns(w io.Writer, left int, header []string, rows [][]string) error {
	for i, row := range rows {
		if len(row) != len(header) {
			return fmt.Errorf("row %d of a table has %d cells under %d names", i+1, len(row), len(header))
		}
	}
	t := columns{bufio.NewWriterSize(w, 64<<10), left, make([]int, len(header))}
	t.measure(header)
	for _, row := range rows {
		t.measure(row)
	}
	t.line(header)
	for _, row := range rows {
		t.line(row)
	}
	return t.Flush() // tells also of an earlier failure
}

// columns is one table being written. Errors of the writer stay in the bufio.Writer until Flush.
type columns struct {
	*bufio.Writer
	left   int
	widths []int
}

func (t *columns) measure(row []string) {
	for i, cell := range row {
		t.widths[i] = max(t.widths[i], cellWidth(cell))
	}
}

// line writes the spaces before a cell only when something follows them.
func (t *columns) line(row []string) {
	spaces := 0
	for i, cell := range row {
		before, behind := 0, t.widths[i]-cellWidth(cell)
		if i >= t.left {
			before, behind = behind, 0
		}
		if spaces += before; cell != "" {
			t.spaces(spaces)
			_, _ = t.WriteString(cell)
			spaces = 0
		}
		spaces += behind + gap
	}
	_ = t.WriteByte('\n')
}

func (t *columns) spaces(n int) {
	const some = "                                                                "
	for ; n > len(some); n -= len(some) {
		_, _ = t.WriteString(some)
	}
	_, _ = t.WriteString(some[:n])
}

// cellWidth is how many columns of a terminal a cell takes.
func cellWidth(s string) int {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return twwidth.WidthNoCache(s)
	}
	return len(s)
}

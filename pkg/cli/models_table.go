package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/counts"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/report"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// grid is a table of names and numbers. Nothing in it is shortened: what it holds is there to be copied.
type grid struct {
	header []string
	left   int // so many columns from the first are texts, aligned to the left; the others are numbers
	rows   [][]string
}

func (g *grid) add(cells ...string) {
	for i := range cells {
		cells[i] = termsafe.Line(cells[i])
	}
	g.rows = append(g.rows, cells)
}

// print writes the table to standard output, without a border and without spaces at the line ends.
func (g *grid) print(e *env) error {
	st := e.outStyle()
	header := make([]string, len(g.header))
	for i, h := range g.header {
		header[i] = st.faint(h)
	}
	return report.Columns(e.out, g.left, header, g.rows)
}

// say writes a line to standard output.
func (e *env) say(format string, args ...any) error {
	_, err := fmt.Fprintf(e.out, format+"\n", args...)
	return err
}

// grouped writes 1,234,567.
func grouped[N int | int64](n N) string { return counts.Grouped(n) }

// plural writes "1 file" and "2 files".
func plural[N int | int64](n N, what string) string { return counts.Of(n, what) }

// orDash writes a price, and a dash where there is none.
func orDash(m *llm.Money) string {
	if m == nil {
		return "–"
	}
	return m.String()
}

// known writes a limit, and a dash for 0, which means that it is not known.
func known(n int64) string {
	if n == 0 {
		return "–"
	}
	return grouped(n)
}

// parseSize reads a number of tokens: 128000, 128k, 1M.
func parseSize(flag, text string) (int64, error) {
	factor, digits := 1.0, strings.ToLower(strings.ReplaceAll(text, ",", ""))
	if rest, ok := strings.CutSuffix(digits, "k"); ok {
		factor, digits = 1e3, rest
	} else if rest, ok := strings.CutSuffix(digits, "m"); ok {
		factor, digits = 1e6, rest
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !(n >= 0) || n*factor > 1e15 {
		return 0, diag.Errorf("%s %q is not a number of tokens", flag, text).WithHint("for example 8000, 128k or 1M")
	}
	return int64(n * factor), nil
}

// parseDollars reads a price or a limit that a flag gives, above or equal to 0.
func parseDollars(flag, text string) (*llm.Money, error) {
	m, err := llm.ParseMoney(text)
	if err != nil || m < 0 {
		return nil, diag.Errorf("%s %q is not an amount of dollars", flag, text).WithHint("for example 0.5 or $12")
	}
	return &m, nil
}

// parseDay reads a day, which begins at midnight UTC.
func parseDay(flag, text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, diag.Errorf("%s %q is not a date", flag, text).WithHint("write it as 2026-01-31")
	}
	return day, nil
}

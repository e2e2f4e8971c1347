package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// print shows the rows in at most the terminal's width: the columns that say nothing are left out, and
// where the rest is too wide, the rows stand as blocks.
func (d *costReport) print(e *env) error {
	if len(d.Rows) == 0 {
		e.info("the ledger has no such calls")
		return nil
	}
	g := d.grid(d.columns())
	left := g.squeeze(e.width(), "hits", "cached", "failed", "saved", "per pass")
	if err := g.fitted(e); err != nil {
		return err
	}
	if len(left) > 0 {
		e.info("no room for: %s; --json and --csv have all", strings.Join(left, ", "))
	}
	return d.printOutlook(e)
}

// grid is the table with these figures.
func (d *costReport) grid(columns []reportColumn) *grid {
	g := &grid{left: len(d.By)}
	for _, b := range d.By {
		g.header = append(g.header, string(b))
	}
	for _, c := range columns {
		g.header = append(g.header, c.name)
	}
	g.rows = make([][]string, 0, len(d.Rows)+1)
	add := func(t *ledger.Total, i int) {
		cells := make([]string, len(g.header))
		d.keys(cells[:g.left], t, i)
		for k, c := range columns {
			cells[g.left+k] = c.cell(t)
		}
		g.add(cells...)
	}
	for i := range d.Rows {
		add(&d.Rows[i], i)
	}
	if len(d.Rows) > 1 {
		add(&d.Sum, len(d.Rows))
	}
	return g
}

// keys fills in the first cells of row i: "all" for the sum, and how many groups the rest of --top is.
func (d *costReport) keys(cells []string, t *ledger.Total, i int) {
	for k, b := range d.By {
		if cells[k] = t.Key.Of(b); cells[k] == "" {
			cells[k] = "–"
		}
	}
	var label string
	switch {
	case len(d.By) == 0:
		return
	case len(d.Rows) > 1 && i == len(d.Rows):
		label = "all"
	case d.Rest > 0 && i == len(d.Rows)-1:
		label = fmt.Sprintf("%s more", grouped(d.Rest))
	default:
		return
	}
	clear(cells)
	cells[0] = label
}

// reportColumn is a figure of the report.
type reportColumn struct {
	name string
	cell func(t *ledger.Total) string
}

// columns are the figures; those that would be empty in every row are left out.
func (d *costReport) columns() []reportColumn {
	sum := &d.Sum
	all := []struct {
		reportColumn
		shown bool
	}{
		{reportColumn{"calls", func(t *ledger.Total) string { return grouped(t.Calls) }}, true},
		{reportColumn{"failed", func(t *ledger.Total) string { return grouped(t.Failed + t.Canceled) }}, sum.Failed+sum.Canceled > 0},
		{reportColumn{"input", func(t *ledger.Total) string { return compact(t.Usage.Input()) }}, true},
		{reportColumn{"cached", func(t *ledger.Total) string { return compact(t.Usage.CacheRead) }}, sum.Usage.CacheRead > 0},
		{reportColumn{"output", func(t *ledger.Total) string { return compact(t.Usage.Output) }}, true},
		{reportColumn{"cost", costCell}, true},
		{reportColumn{"unpriced", func(t *ledger.Total) string { return grouped(t.Unpriced) }}, sum.Unpriced > 0},
		{reportColumn{"hits", func(t *ledger.Total) string { return grouped(t.CacheHits) }}, sum.CacheHits > 0},
		{reportColumn{"saved", func(t *ledger.Total) string { return dollars(t.Saved) }}, sum.Saved > 0},
		{reportColumn{"per pass", perPass}, sum.Judged > 0},
	}
	var out []reportColumn
	for _, c := range all {
		if c.shown {
			out = append(out, c.reportColumn)
		}
	}
	return out
}

// costCell is the cost, and "unpriced" where calls were answered and no price of any is known.
func costCell(t *ledger.Total) string {
	switch {
	case t.Known():
		return dollars(t.Cost)
	case t.Unpriced > 0:
		return "unpriced"
	}
	return "–" // nothing was answered
}

func perPass(t *ledger.Total) string {
	if m := t.PerPass(); m != nil {
		return dollars(*m)
	}
	return "–"
}

// compact writes a number of tokens in at most six columns: 12,345 and 1.23M.
func compact(n int64) string {
	switch {
	case n < 100_000:
		return grouped(n)
	case n < 1_000_000:
		return decimals(float64(n)/1e3, 1) + "k"
	case n < 1_000_000_000:
		return decimals(float64(n)/1e6, 2) + "M"
	}
	return decimals(float64(n)/1e9, 2) + "G"
}

// printOutlook says what the figures mean for the month, and what they leave out.
func (d *costReport) printOutlook(e *env) error {
	var lines []string
	b := d.Burn
	if b.Month != 0 || b.PerDay != 0 {
		over := "today's"
		if days := int64((b.Over + 12*time.Hour) / (24 * time.Hour)); days > 1 {
			over = "the mean of the last " + plural(days, "day")
		}
		lines = append(lines, fmt.Sprintf("this month so far %s; at %s a day (%s) it ends at %s", dollars(b.Month), dollars(b.PerDay), over, dollars(b.MonthEnd)))
	}
	s := &d.Sum
	if s.Saved > 0 {
		lines = append(lines, fmt.Sprintf("the cache saved %s in %s", dollars(s.Saved), plural(s.CacheHits, "hit")))
	}
	if m := s.PerPass(); m != nil {
		lines = append(lines, fmt.Sprintf("evals: %s of %s passed, at %s for each that did", grouped(s.Passed), plural(s.Judged, "judged answer"), dollars(*m)))
	} else if s.Judged > 0 {
		lines = append(lines, fmt.Sprintf("evals: %s of %s passed", grouped(s.Passed), plural(s.Judged, "judged answer")))
	}
	if s.Unpriced > 0 {
		lines = append(lines, fmt.Sprintf("%s answered and unpriced: their cost is in none of the sums; prices: in llmops.yaml sets a price", plural(s.Unpriced, "call")))
	}
	if s.UnknownUsage > 0 {
		lines = append(lines, fmt.Sprintf("%s without usage: their tokens are in none of the sums", plural(s.UnknownUsage, "call")))
	}
	if s.Estimated > 0 {
		lines = append(lines, fmt.Sprintf("%s with a usage that was counted here, not told by the provider", plural(s.Estimated, "call")))
	}
	for i, line := range lines {
		if i == 0 {
			line = "\n" + wrapLine(line, e.width())
		} else {
			line = wrapLine(line, e.width())
		}
		if err := e.say("%s", line); err != nil {
			return err
		}
	}
	return nil
}

// orNil is an amount that JSON has as null when it is not known.
func orNil(m llm.Money, known bool) *llm.Money {
	if !known {
		return nil
	}
	return &m
}

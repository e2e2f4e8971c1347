package report

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sideBySide writes a row for each run with its figures, and the cases that did not fare alike in all of them.
func sideBySide(out *bufio.Writer, runs []Run) error {
	names := metricNames(runs)
	_, _ = fmt.Fprintf(out, "### %s · %s side by side\n\n| | run |", Defuse(runs[0].Outcome.Info.Suite, 80), count(len(runs), "run"))
	for _, n := range names {
		_, _ = fmt.Fprintf(out, " %s |", Defuse(n, 60))
	}
	_, _ = fmt.Fprintf(out, " cases | unscored | failed calls | p50 latency | cost |\n| --: | :-- |%s\n", strings.Repeat(" --: |", len(names)+5))
	for i, r := range runs {
		_, _ = fmt.Fprintf(out, "| %d | %s |%s\n", i+1, Defuse(r.name(), 120), r.row(names))
	}
	return differing(out, runs)
}

// name is what tells the run from the others of a report.
func (r Run) name() string {
	info := r.Outcome.Info
	return cmp.Or(info.RunID().Cell, info.Tag, info.ID, info.Model)
}

// row is the run's figures as cells of a table.
func (r Run) row(names []string) string {
	res, unscored, p50, cost := r.Outcome.Result, 0, "–", "unpriced"
	var b strings.Builder
	for _, n := range names {
		cell := "–"
		for _, m := range res.Metrics {
			if m.Name == n {
				cell, unscored = score(m.Mean), max(unscored, m.Unscored)
			}
		}
		b.WriteString(" " + cell + " |")
	}
	if res.Latency != nil {
		p50 = latency(res.Latency.P50)
	}
	if res.Cost != nil {
		cost = res.Cost.String() + missing(res.Unpriced, "unpriced")
	}
	for _, cell := range []string{thousands(int64(res.Cases)), thousands(int64(unscored)), thousands(int64(res.Errors)), p50, cost} {
		b.WriteString(" " + cell + " |")
	}
	return b.String()
}

// fared is how a case fared in each run, the worst of its repeats; "" where the run has it not.
type fared struct {
	id string
	in []Status
}

// differing writes the first cases that fared otherwise in one run than in another.
func differing(out *bufio.Writer, runs []Run) error {
	cases, err := faredIn(runs)
	if err != nil {
		return err
	}
	cases = slices.DeleteFunc(cases, func(c *fared) bool { return len(slices.Compact(slices.Clone(c.in))) == 1 })
	if len(cases) == 0 {
		return nil
	}
	_, _ = fmt.Fprintf(out, "\n<details><summary>%s fared differently</summary>\n\n| case |", count(len(cases), "case"))
	for i := range runs {
		_, _ = out.WriteString(" " + strconv.Itoa(i+1) + " |")
	}
	_, _ = out.WriteString("\n| :-- |" + strings.Repeat(" :-- |", len(runs)) + "\n")
	for _, c := range cases[:min(mdFailed, len(cases))] {
		_, _ = fmt.Fprintf(out, "| %s |", Defuse(c.id, 80))
		for _, s := range c.in {
			_, _ = out.WriteString(" " + cmp.Or(string(s), "–") + " |")
		}
		_, _ = out.WriteString("\n")
	}
	if left := len(cases) - mdFailed; left > 0 {
		_, _ = fmt.Fprintf(out, "\n%s not shown.\n", count(left, "more case"))
	}
	_, _ = out.WriteString("\n</details>\n")
	return nil
}

// faredIn lists the cases of all runs in the order in which they first come.
func faredIn(runs []Run) (list []*fared, err error) {
	byID := map[string]*fared{}
	for i, r := range runs {
		for rec, err := range r.records() {
			if err != nil {
				return nil, err
			}
			c := byID[rec.Case]
			if c == nil {
				c = &fared{rec.Case, make([]Status, len(runs))}
				byID[rec.Case] = c
				list = append(list, c)
			}
			if s := StatusOf(rec); c.in[i] == "" || s.worse(c.in[i]) {
				c.in[i] = s
			}
		}
	}
	return list, nil
}

// worse tells whether s is a worse way to fare than t.
func (s Status) worse(t Status) bool {
	order := []Status{StatusError, StatusFail, StatusUnscored, StatusPass}
	return slices.Index(order, s) < slices.Index(order, t)
}

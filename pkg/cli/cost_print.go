package cli

import (
	"fmt"
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/estimate"
)

// printEstimate prints the models side by side, then what the figures rest on.
func (e *env) printEstimate(o estimateOptions, doc estimateJSON) error {
	if o.json {
		return writeJSON(e.out, doc)
	}
	service := ""
	if doc.Batch {
		service = " in a batch"
	}
	if doc.Cached > 0 {
		service += fmt.Sprintf(", %g %% of the input from the cache", 100*doc.Cached)
	}
	if err := e.say("%s %s: %s%s, at the prices of %s\n", doc.Kind, doc.Name, plural(doc.calls(), "call"), service, doc.At); err != nil {
		return err
	}
	if err := doc.costs().print(e); err != nil {
		return err
	}
	if doc.PerDay > 0 {
		if err := e.say("\n%s requests a day, a month of %d days:\n", grouped(doc.PerDay), doc.Days); err != nil {
			return err
		}
		if err := doc.months().print(e); err != nil {
			return err
		}
	}
	return e.printReasons(doc)
}

func (doc estimateJSON) costs() *grid {
	g := &grid{header: []string{"model", "input", "output", "low", "expected", "high"}, left: 1}
	if doc.mixed || doc.judged {
		g.header = append(g.header, "calls")
	}
	for _, m := range doc.Models {
		in := grouped(m.Input.Expected)
		if m.Estimated {
			in = "~" + in
		}
		row := append([]string{m.name(), in, tokensOf(m.Output)}, bandCells(m.Cost)...)
		if doc.mixed || doc.judged {
			row = append(row, grouped(m.Calls))
		}
		g.add(row...)
	}
	return g
}

// name is the model's, which may judge too.
func (m modelEstimateJSON) name() string {
	if m.Judge {
		return m.Model + " (judge)"
	}
	return m.Model
}

func (doc estimateJSON) months() *grid {
	g := &grid{header: []string{"model", "low", "expected", "high"}, left: 1}
	for _, m := range doc.Models {
		g.add(append([]string{m.name()}, bandCells(m.Month)...)...)
	}
	return g
}

func tokensOf(b *estimate.Band) string {
	if b == nil {
		return "unknown"
	}
	return grouped(b.Expected)
}

func bandCells(c *estimate.Cost) []string {
	if c == nil {
		return []string{"", "unpriced", ""}
	}
	return []string{dollars(c.Low), dollars(c.Expected), dollars(c.High)}
}

// printReasons says where answers' lengths come from, what time the limits leave, and what was not counted.
func (e *env) printReasons(doc estimateJSON) error {
	var lines []string
	for _, m := range doc.Models {
		for _, a := range m.Answers {
			lines = append(lines, m.name()+": "+reason(a))
		}
		if m.Unpriced != "" {
			lines = append(lines, m.name()+": unpriced: "+m.Unpriced)
		}
		if m.Retries > 0 {
			lines = append(lines, fmt.Sprintf("%s: %.2f retries a call are on record; their cost is in the high end", m.name(), m.Retries))
		}
		if m.Seconds != nil {
			lines = append(lines, m.name()+": under the rate limits it takes "+spans(m.limited))
		}
		for _, n := range m.Notes {
			lines = append(lines, m.name()+": "+n)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	if err := e.say(""); err != nil {
		return err
	}
	for _, l := range lines {
		if err := e.say("%s", wrapLine(l, e.width())); err != nil {
			return err
		}
	}
	return nil
}

func reason(a estimate.Answers) string {
	switch a.Source {
	case estimate.FromLedger:
		return fmt.Sprintf("answers of %.0f tokens, the mean of %s in the ledger (%s)", a.Mean, grouped(a.Records), a.Detail)
	case estimate.FromRuns:
		return fmt.Sprintf("answers of %.0f tokens, the mean of %s in %s", a.Mean, grouped(a.Records), a.Detail)
	case estimate.FromFlag:
		return fmt.Sprintf("answers of %.0f tokens, as given", a.Mean)
	case estimate.FromTrace:
		return "answers as in the trace"
	}
	if a.Source == estimate.FromNobody {
		return "nothing is known of its answers, nor of their limit; --output-tokens N says it"
	}
	if a.Mean == 0 {
		return "its answers have no tokens"
	}
	return fmt.Sprintf("nothing is known of its answers, so they are taken to reach their limit of %s tokens; --output-tokens N says better", grouped(int64(a.Mean)))
}

// spans writes how long something takes: low, expected and high.
func spans(d [3]time.Duration) string {
	low, expected, high := span(d[0]), span(d[1]), span(d[2])
	if low == high {
		return expected
	}
	return fmt.Sprintf("%s to %s, %s expected", low, high, expected)
}

// span writes a duration to the second.
func span(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

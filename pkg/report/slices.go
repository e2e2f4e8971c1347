package report

import (
	"cmp"
	"slices"

	"github.com/charmbracelet/x/ansi"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

const (
	maxSlices = 20
	tagRoom   = 24 // columns that the tags may take before metrics are left out for them
	meanRoom  = 6  // columns of a mean: 0.1234
)

// slices shows the means by tag: a row for each tag, the one of most cases first, and a column for each
// metric, as many as there is room for.
func (t text) slices() {
	r := t.run.Outcome.Result
	if len(r.Slices) == 0 || len(r.Metrics) == 0 || whole(r) {
		return
	}
	bySize := slices.SortedStableFunc(slices.Values(r.Slices), func(a, b eval.Slice) int { return cmp.Compare(b.Cases, a.Cases) })
	shown := r.Metrics[:t.room(r.Metrics)]
	header := []string{"tag", "cases"}
	for _, m := range shown {
		header = append(header, termsafe.Line(m.Name))
	}
	var rows [][]string
	for _, s := range bySize[:min(maxSlices, len(bySize))] {
		row := []string{termsafe.Line(s.Tag), thousands(int64(s.Cases))}
		for _, m := range shown {
			row = append(row, score(meanOf(s, m.Name)))
		}
		rows = append(rows, row)
	}
	t.table(header, rows)
	t.left(len(bySize)-len(rows), "more tag")
	t.left(len(r.Metrics)-len(shown), "more metric")
}

// room is how many metrics fit beside the tags and the number of cases; one at least is shown.
func (t text) room(metrics []eval.MetricResult) int {
	left := t.style.width() - tagRoom - gap - len("99,999") - gap
	for i, m := range metrics {
		left -= max(meanRoom, ansi.StringWidth(termsafe.Line(m.Name))) + gap
		if left < 0 {
			return max(1, i)
		}
	}
	return len(metrics)
}

func (t text) left(n int, what string) {
	if n > 0 {
		t.line(t.style.faint(count(n, what) + " with --json"))
	}
}

func meanOf(s eval.Slice, name string) *float64 {
	for _, m := range s.Metrics {
		if m.Name == name {
			return m.Mean
		}
	}
	return nil
}

// whole tells that the only tag is that of all cases, and so says nothing new.
func whole(r eval.Result) bool { return len(r.Slices) == 1 && r.Slices[0].Cases == r.Cases }

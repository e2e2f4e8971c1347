package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/counts"
	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// thousands writes 1,234,567.
func thousands(n int64) string { return counts.Grouped(n) }

func count(n int, what string) string { return counts.Of(n, what) }

func duration(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	if d < time.Minute {
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// latency writes milliseconds with the digits that matter.
func latency(ms float64) string {
	switch {
	case ms < 10:
		return strconv.FormatFloat(ms, 'g', 2, 64) + " ms"
	case ms < 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	}
	return strconv.FormatFloat(ms/1000, 'f', 2, 64) + " s"
}

// score writes a mean with the four digits that tell 1,000 cases apart, and a dash for none.
func score(mean *float64) string {
	if mean == nil {
		return "–"
	}
	return strconv.FormatFloat(*mean, 'f', 4, 64)
}

func interval(m eval.MetricResult) string {
	if m.CI95 == nil {
		return "–"
	}
	return strconv.FormatFloat(m.CI95[0], 'f', 3, 64) + " … " + strconv.FormatFloat(m.CI95[1], 'f', 3, 64)
}

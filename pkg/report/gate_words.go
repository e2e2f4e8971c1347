package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/gate"
)

// digits is how many digits behind the point of a mean tell so many cases apart: of scores, which lie between 0
// and 1, two, or four where there are many cases; of measurements, three of the whole number.
func digits(m gate.Metric) int {
	size := 0.0
	for _, x := range []*float64{m.Baseline, m.Candidate} {
		if x != nil {
			size = max(size, math.Abs(*x))
		}
	}
	switch {
	case m.Unit != "" && size > 0:
		return min(9, max(0, 2-int(math.Floor(math.Log10(size)))))
	case m.N > 400:
		return 4
	}
	return 2
}

// signed writes a difference with its sign, a true minus and never −0.
func signed(x float64, digits int) string {
	text := strconv.FormatFloat(x, 'f', digits, 64)
	if value, _ := strconv.ParseFloat(text, 64); value == 0 {
		return "±" + strings.TrimPrefix(text, "-")
	}
	if x > 0 {
		return "+" + text
	}
	return strings.Replace(text, "-", "−", 1)
}

func plainNumber(x *float64, digits int) string {
	if x == nil {
		return "–"
	}
	return strconv.FormatFloat(*x, 'f', digits, 64)
}

// fromTo is "0.92 → 0.94".
func fromTo(m gate.Metric) string {
	d := digits(m)
	text := plainNumber(m.Baseline, d) + " → " + plainNumber(m.Candidate, d)
	if m.Unit != "" {
		text += " " + m.Unit
	}
	return text
}

// delta is "+0.02", with the interval "−0.03…+0.07".
func delta(m gate.Metric) (difference, interval string) {
	d := digits(m)
	difference, interval = "–", "–"
	if m.Delta != nil {
		difference = signed(*m.Delta, d)
	}
	if m.CI95 != nil {
		interval = signed(m.CI95[0], d) + "…" + signed(m.CI95[1], d)
	}
	return difference, interval
}

func flips(m gate.Metric) string {
	return fmt.Sprintf("%s↑ %s↓ / %s", thousands(int64(m.Up)), thousands(int64(m.Down)), thousands(int64(m.N)))
}

// sees says how small a drop the comparison could have found.
func sees(m gate.Metric) string {
	if m.MDE == nil {
		return "too few cases to tell"
	}
	d := digits(m)
	least := max(1, math.Ceil(*m.MDE*math.Pow10(d)-0.5)) / math.Pow10(d)
	return "detects " + m.Worse() + "s ≥ " + strconv.FormatFloat(least, 'f', d, 64)
}

// needs says how many cases a drop of the margin takes; "" where that is not known.
func needs(m gate.Metric) string {
	if m.Needed == nil {
		return ""
	}
	return fmt.Sprintf("a %s of %.4g takes %s", m.Worse(), m.Margin, count(*m.Needed, "case"))
}

// grown words a line of cost, tokens or latency: "cost 0.0010 → 0.0013 $ (+30 %, CI +21…+40 %)".
func grown(g gate.Growth) string {
	name, unit := strings.ReplaceAll(g.Name, "_", " "), ""
	switch {
	case g.Name == "cost_usd":
		name, unit = "cost per call", "$"
	case strings.HasSuffix(g.Name, "_ms"):
		name, unit = strings.ReplaceAll(strings.TrimSuffix(g.Name, "_ms"), "_", " "), " ms"
	}
	number := func(x float64) string {
		if unit == "$" {
			digits := 2
			if x > 0 { // three that count, and no exponent
				digits = min(12, max(2, 2-int(math.Floor(math.Log10(x)))))
			}
			return unit + strconv.FormatFloat(x, 'f', digits, 64)
		}
		return strconv.FormatFloat(x, 'f', 0, 64) + unit
	}
	text := name + " " + number(g.Baseline) + " → " + number(g.Candidate)
	if g.Ratio == nil {
		return text
	}
	text += " (" + signed((*g.Ratio-1)*100, 1) + " %"
	if g.CI95 != nil {
		text += fmt.Sprintf(", CI %s…%s %%", signed((g.CI95[0]-1)*100, 1), signed((g.CI95[1]-1)*100, 1))
	}
	return text + ")"
}

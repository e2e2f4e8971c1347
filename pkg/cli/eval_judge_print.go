package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// calibrationsJSON is what eval judge calibrate --json prints.
type calibrationsJSON struct {
	Schema  string              `json:"schema"` // "llmops.eval.judge.calibrate/v1"
	Suite   string              `json:"suite"`
	Metrics []*eval.Calibration `json:"metrics"`
}

// fewLabels is how many labels a gate asks for.
const fewLabels = 30

func (e *env) printCalibrations(o calibrateOptions, suite *eval.Suite, list []*eval.Calibration) error {
	if o.json {
		return writeJSON(e.out, calibrationsJSON{"llmops.eval.judge.calibrate/v1", suite.Name, list})
	}
	for i, c := range list {
		if i > 0 {
			if _, err := fmt.Fprintln(e.out); err != nil {
				return err
			}
		}
		if err := e.printCalibration(c); err != nil {
			return err
		}
		switch {
		case c.N == 0:
		case !o.dry:
			e.info("kept in %s", eval.CalibrationFile(suite.Dir, c.Metric))
		}
		if c.N < fewLabels {
			e.notice("warning: %s of %s: that is few; gates ask for %d or more", plural(c.N, "verdict"), termsafe.Line(c.Metric), fewLabels)
		}
	}
	return nil
}

func (e *env) printCalibration(c *eval.Calibration) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s · %s\n\n", termsafe.Line(c.Metric), c.Judge.Prompt, termsafe.Line(c.Judge.Model))
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-15s "+format+"\n", append([]any{name}, args...)...)
	}
	line("labels", "%s, of which %s without a verdict", grouped(c.Labels), grouped(c.Unscored))
	line("agreement", "%s", c.Agreement)
	line("kappa", "%s", kappaText(c))
	line("position flips", "%s", flipText(c.PositionFlips, "n/a: the judge looks at one answer"))
	line("repeat flips", "%s", flipText(c.RepeatFlips, "n/a: asked once; --repeat 3 asks again"))
	if c.Judges.Calls > 0 {
		line("judge", "%s, %s", plural(c.Judges.Calls, "call"), price(c.Judges.Cost))
	}
	for _, why := range slices.Sorted(maps.Keys(c.Reasons)) {
		line("unscored", "%s: %s", grouped(c.Reasons[why]), termsafe.Line(why))
	}
	if _, err := fmt.Fprintln(e.out, b.String()); err != nil {
		return err
	}
	return e.printConfusion(c)
}

// printConfusion prints the table of verdicts: a row for what people said, a column for what the judge said.
func (e *env) printConfusion(c *eval.Calibration) error {
	g := &grid{header: append([]string{`people \ judge`}, c.Categories...), left: 1}
	for i, name := range c.Categories {
		row := []string{name}
		for _, n := range c.Confusion[i] {
			row = append(row, strconv.Itoa(n))
		}
		g.add(row...)
	}
	for i := range g.header {
		g.header[i] = termsafe.Line(g.header[i])
	}
	return e.fitted(g, 0)
}

func kappaText(c *eval.Calibration) string {
	if c.Kappa == nil {
		return "not defined: all verdicts are the same"
	}
	text := fmt.Sprintf("%.3f (95 %%: %.3f to %.3f)", *c.Kappa, c.CI95[0], c.CI95[1])
	if c.Kind == "score" {
		text += ", weighted by squared distance"
	}
	return text
}

func flipText(s *eval.Share, none string) string {
	if s == nil {
		return none
	}
	return s.String()
}

// countLine shows on a terminal how many of a total are done; the second func removes the line.
func (e *env) countLine(what string) (show func(done, total int), remove func()) {
	if e.quiet || !e.errTTY {
		return nil, func() {}
	}
	width := 0
	show = func(done, total int) {
		text := fmt.Sprintf("%s of %s %s", grouped(done), grouped(total), what)
		width = max(width, len(text))
		_, _ = fmt.Fprintf(e.err, "\r%s", text)
	}
	return show, func() { _, _ = fmt.Fprintf(e.err, "\r%s\r", strings.Repeat(" ", width)) }
}

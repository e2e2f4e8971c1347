package cli

import (
	"fmt"
	"math"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route/curve"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func (e *env) printRouteEval(o routeEvalOptions, doc routeEvalJSON, r curve.Report) error {
	if err := e.say("%s; the strong model is better on %s and worse on %s",
		plural(doc.Items, "prompt"), grouped(doc.NeedsStrong), grouped(doc.WorseStrong)); err != nil {
		return err
	}
	if err := e.printRouteBias(doc); err != nil {
		return err
	}
	g := grid{header: []string{"strong from", "calls", "quality", "cost", "saved", "lost"}, left: 1}
	g.addChoice("never", r.Weak)
	for i := range r.Thresholds {
		c := r.Thresholds[len(r.Thresholds)-1-i]
		g.addChoice(string(c.From), c)
	}
	g.addChoice("always", r.Strong)
	if err := g.print(e); err != nil {
		return err
	}
	if err := e.printRouteFigures(r); err != nil {
		return err
	}
	g = grid{header: []string{"calls", "quality", "at random", "cost"}}
	for _, p := range doc.Curve {
		cost := math.NaN()
		if p.Cost != nil {
			cost = *p.Cost
		}
		g.add(sharePercent(p.Share), fmt.Sprintf("%.4f", p.Quality), fmt.Sprintf("%.4f", p.Random), dollarsOf(cost))
	}
	if err := e.say("\nthe curve, by the share of calls to the strong model:"); err != nil {
		return err
	}
	if err := g.print(e); err != nil {
		return err
	}
	sides := fmt.Sprintf("weak: %s, column %s; strong: %s, column %s; intervals are 95 %%", doc.Weak.Model, doc.Columns.Weak, doc.Strong.Model, doc.Columns.Strong)
	e.info("%s", wrapLine(sides, max(20, e.width())))
	if doc.Assumed {
		e.info("answers that the data does not hold count as %s", plural(o.output, "token"))
	}
	if r.Strong.Quality <= r.Weak.Quality {
		e.notice("warning: the strong model is not better than the weak one; are the columns the right way round?")
	}
	return nil
}

// printRouteBias says what the figures below are to be read with.
func (e *env) printRouteBias(doc routeEvalJSON) error {
	var lines []string
	if doc.FittedOn > 0 {
		lines = append(lines, fmt.Sprintf("the classifier was fitted on %s of them, which flatters it; --held-out leaves these out", grouped(doc.FittedOn)))
	}
	if doc.Repeated > 0 {
		lines = append(lines, fmt.Sprintf("%s stood there before, so that the intervals are too narrow", plural(doc.Repeated, "prompt")))
	}
	if doc.Items < fewPrompts {
		lines = append(lines, "too few prompts for the intervals to mean much")
	}
	for _, line := range append(lines, "") {
		if err := e.say("%s", wrapLine(line, max(20, e.width()))); err != nil {
			return err
		}
	}
	return nil
}

// fewPrompts is how many make a bootstrap interval worth reading.
const fewPrompts = 30

func (g *grid) addChoice(what string, c curve.Choice) {
	g.add(what, sharePercent(c.Share), fmt.Sprintf("%.4f", c.Quality), dollarsOf(c.Cost), withInterval(c.Saved), withInterval(c.Lost))
}

func (e *env) printRouteFigures(r curve.Report) error {
	lines := [][2]string{
		{"AUC", area(r.AUC) + ", 0.5 at random"},
		{"APGR", area(r.APGR) + ", 0.5 at random"},
		{"CPT(50 %)", withInterval(r.CPT50) + " of calls, 50 % at random"},
		{"CPT(80 %)", withInterval(r.CPT80) + " of calls, 80 % at random"},
	}
	for _, c := range r.Thresholds {
		lines = append(lines, [2]string{
			"from " + string(c.From), fmt.Sprintf("quality %s over random; tells who needs it in %s, of %s for a constant",
				change(c.OverRandom), withInterval(c.Accuracy), sharePercent(c.Majority)),
		})
	}
	if l := r.Levels; l != nil {
		lines = append(lines, [2]string{"complexity", withInterval(l.Accuracy) + " right of " + grouped(l.Labelled) + " labelled"})
	}
	if err := e.say(""); err != nil {
		return err
	}
	for _, l := range lines {
		if err := e.say("%-13s%s", l[0], wrapLine(l[1], max(20, e.width()-13))); err != nil {
			return err
		}
	}
	return nil
}

func sharePercent(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*v)
}

func withInterval(f curve.Figure) string {
	if math.IsNaN(f.Value) || math.IsNaN(f.Low) {
		return sharePercent(f.Value)
	}
	return fmt.Sprintf("%.1f %% (%.1f–%.1f)", 100*f.Value, 100*f.Low, 100*f.High)
}

func area(f curve.Figure) string {
	if math.IsNaN(f.Value) {
		return "–"
	}
	return fmt.Sprintf("%.3f (%.3f–%.3f)", f.Value, f.Low, f.High)
}

func change(f curve.Figure) string {
	return fmt.Sprintf("%+.4f (%+.4f to %+.4f)", f.Value, f.Low, f.High)
}

// dollarsOf writes an amount that is a number of dollars.
func dollarsOf(v float64) string {
	if math.IsNaN(v) {
		return "unpriced"
	}
	return dollars(llm.Money(math.Round(v * float64(llm.Dollar))))
}

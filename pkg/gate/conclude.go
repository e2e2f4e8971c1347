package gate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/counts"
	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// invalid is step 0: it lists why the two sides cannot be compared or believed.
func (p *pairs) invalid(columns []*column, o Options) []string {
	var why []string
	for _, side := range p.sides() {
		if s := side.run.Info.Status; s != eval.StatusComplete {
			why = append(why, fmt.Sprintf("the %s run is not complete", side.name))
		}
	}
	for _, c := range columns {
		if !c.gated {
			continue
		}
		if c.unscoredBefore.above(*o.MaxUnscored) {
			why = append(why, unscored(c.name, Baseline, c.unscoredBefore))
		}
		if c.unscoredNow.above(*o.MaxUnscored) {
			why = append(why, unscored(c.name, Candidate, c.unscoredNow))
		}
		if c.changed {
			why = append(why, fmt.Sprintf("%s computes something else now than in the baseline, whose answers must be scored again", c.name))
		}
	}
	for _, name := range p.unpaired.AddedMetrics {
		if _, named := o.Config.limit(name); named {
			why = append(why, fmt.Sprintf("%s is gated and the baseline has no scores of it", name))
		}
	}
	if len(p.lostRequired) > 0 {
		why = append(why, "required cases of the baseline are missing or changed: "+some(p.lostRequired))
	}
	return why
}

func unscored(metric string, side Side, s share) string {
	return fmt.Sprintf("%s: %s of %s answers of the %s are unscored", metric, counts.Grouped(s.part), counts.Grouped(s.all), side)
}

// conclude draws the verdict from the parts.
func (r *Result) conclude(invalid []string, p *pairs, o Options) {
	failed := r.failures(p, o)
	open := append(r.openQuestions(p, o), r.stoodIn(o)...)
	r.warnOfStandIns(p)
	r.warn(o)
	switch {
	case len(invalid) > 0:
		r.Verdict, r.Reasons = Invalid, append(invalid, failed...)
	case len(failed) > 0:
		r.Verdict, r.Reasons = Regressed, failed
	case len(open) > 0:
		r.Verdict, r.Reasons = Inconclusive, open
	default:
		r.Verdict = OK
	}
}

// failures list what makes the candidate worse.
func (r *Result) failures(p *pairs, o Options) []string {
	var why []string
	for _, m := range r.Metrics {
		if m.Gated && m.Verdict == Regressed {
			why = append(why, m.fell(m.Name))
		}
	}
	for _, s := range r.Slices {
		for _, m := range s.Metrics {
			if m.Gated && m.Verdict == Regressed {
				why = append(why, m.fell(m.Name+" of "+s.Tag))
			}
		}
	}
	if required := p.required(r.Broken); len(required) > 0 {
		why = append(why, "required cases are broken: "+some(required))
	}
	broken, fixed := len(r.Broken), len(r.Fixed)
	switch {
	case o.Config.Broken == Strict && broken > 0:
		why = append(why, fmt.Sprintf("%s broken: %s", areCases(broken), some(r.Broken)))
	case o.Config.Broken == Net && broken > fixed:
		why = append(why, fmt.Sprintf("%s broken and %s fixed: %s", areCases(broken), counts.Grouped(fixed), some(r.Broken)))
	}
	for _, b := range r.Breaches {
		why = append(why, b.String())
	}
	for _, g := range r.Usage {
		if g.Verdict == Regressed {
			why = append(why, g.String())
		}
	}
	return why
}

func (m *Metric) fell(name string) string {
	if m.tooLow() {
		return fmt.Sprintf("%s is %.4g, the least is %g", name, *m.Candidate, *m.Min)
	}
	moved := "fell"
	if m.Lower {
		moved = "rose"
	}
	return fmt.Sprintf("%s %s by %.4g, from %.4g to %.4g (p %.2g)", name, moved, math.Abs(*m.Delta), *m.Baseline, *m.Candidate, *m.Adjusted)
}

// openQuestions list what can neither be shown nor ruled out. Slices are small and leave the question open
// nearly always, so they do not count.
func (r *Result) openQuestions(p *pairs, o Options) []string {
	var why []string
	for _, m := range r.Metrics {
		if !m.Gated || m.Verdict != Inconclusive {
			continue
		}
		switch {
		case m.CI95 == nil:
			why = append(why, fmt.Sprintf("%s: %s too few to compare", m.Name, areCases(m.N)))
		case m.Needed != nil && *m.Needed > m.N:
			why = append(why, fmt.Sprintf("%s; about %s would show it", m.open(), counts.Of(*m.Needed, "case")))
		default:
			why = append(why, m.open())
		}
	}
	if required := p.required(r.Unconfirmed); len(required) > 0 {
		why = append(why, "required cases seem broken and could not be confirmed: "+some(required))
	} else if o.Config.Broken == Strict && len(r.Unconfirmed) > 0 {
		why = append(why, "cases seem broken and could not be confirmed: "+some(r.Unconfirmed))
	}
	return why
}

// open words what is not ruled out.
func (m *Metric) open() string {
	return fmt.Sprintf("%s: a %s of %.3g cannot be ruled out, the margin is %.4g", m.Name, m.Worse(), -m.worst(), m.Margin)
}

func (r *Result) warn(o Options) {
	warn := func(n int, format string, args ...any) {
		if n > 0 {
			r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
		}
	}
	for _, g := range r.Usage {
		if g.Verdict == Inconclusive {
			r.Warnings = append(r.Warnings, g.String())
		}
	}
	if o.Config.Broken == Report || len(r.Broken) <= len(r.Fixed) {
		warn(len(r.Broken), "%s broken and %s fixed: %s", areCases(len(r.Broken)), counts.Grouped(len(r.Fixed)), some(r.Broken))
	}
	u := r.Unpaired
	warn(len(r.Unconfirmed), "seem broken, and are not confirmed: %s", some(r.Unconfirmed))
	warn(len(u.Changed), "changed, and not compared: %s", some(u.Changed))
	warn(len(u.Removed), "cases of the baseline that are gone: %s", some(u.Removed))
	warn(len(u.ChangedMetrics), "metrics that compute something else now: %s", some(u.ChangedMetrics))
	warn(len(u.RemovedMetrics), "metrics of the baseline that are gone: %s", some(u.RemovedMetrics))
}

// warnOfJudges names the judges that do not count.
func (r *Result) warnOfJudges(columns []*column) {
	for _, c := range columns {
		if c.doubt != "" {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s is compared and fails nothing: %s", c.name, c.doubt))
		}
	}
}

// required picks the required ones out of cases.
func (p *pairs) required(ids []string) []string {
	var out []string
	for _, id := range ids {
		if p.candidate.byID[id].Required || p.baseline.byID[id].Required {
			out = append(out, id)
		}
	}
	return out
}

func areCases(n int) string {
	if n == 1 {
		return "1 case is"
	}
	return counts.Of(n, "case") + " are"
}

// some names the first few.
func some(ids []string) string {
	const few = 5
	ids = slices.Clone(ids)
	if len(ids) > few {
		ids = append(ids[:few], fmt.Sprintf("and %s more", counts.Grouped(len(ids)-few)))
	}
	return strings.Join(ids, ", ")
}

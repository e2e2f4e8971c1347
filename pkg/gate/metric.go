package gate

import (
	"math"
	"slices"
	"sort"

	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// Metric is one metric on both sides, over the cases that both sides scored. Numbers are null where there
// are too few cases for them.
type Metric struct {
	Name      string      `json:"name"`
	Gated     bool        `json:"gated"`
	Baseline  *float64    `json:"baseline"`
	Candidate *float64    `json:"candidate"`
	Delta     *float64    `json:"delta"` // candidate − baseline, also where the lower value is better
	CI95      *[2]float64 `json:"ci95"`  // of Delta
	P         *float64    `json:"p"`     // one-sided, mid-p, before Holm
	Adjusted  *float64    `json:"p_adjusted"`
	N         int         `json:"n"`
	Up        int         `json:"up"`           // cases that are better now
	Down      int         `json:"down"`         // cases that are worse
	MDE       *float64    `json:"mde"`          // the smallest drop that is found in 8 of 10 comparisons like this
	Needed    *int        `json:"cases_needed"` // to find a drop of Margin as surely; null without a margin
	MinEffect float64     `json:"min_effect"`
	Margin    float64     `json:"margin"`
	Min       *float64    `json:"min,omitempty"` // the least that the candidate must have
	Unit      string      `json:"unit,omitempty"`
	Lower     bool        `json:"lower_is_better,omitempty"`
	Verdict   Verdict     `json:"verdict"`
}

// The levels of the gate: one-sided, and the chance of finding what is there.
const (
	level = 0.025
	power = 0.8
)

// aggregate compares every metric, as a whole and by tag, and adjusts the p values of each family: what is
// gated, what is only reported, and the slices that are only reported.
func (r *Result) aggregate(p *pairs, columns []*column, o Options) {
	tags := p.byTag()
	r.Metrics = make([]Metric, 0, len(columns))
	var gated, reported, sliced []*Metric
	for _, c := range columns {
		r.Metrics = append(r.Metrics, c.compare(nil, o.Seed))
	}
	for i := range r.Metrics {
		if m := &r.Metrics[i]; m.Gated {
			gated = append(gated, m)
		} else {
			reported = append(reported, m)
		}
	}
	for _, tag := range sortedKeys(tags) {
		s := Slice{Tag: tag, Gated: slices.Contains(o.Config.Slices, tag), Metrics: []Metric{}}
		for _, c := range columns {
			if m := c.compare(tags[tag], o.Seed); m.N > 0 {
				m.Gated = m.Gated && s.Gated
				s.Metrics = append(s.Metrics, m)
			}
		}
		for i := range s.Metrics {
			if m := &s.Metrics[i]; m.Gated {
				gated = append(gated, m)
			} else {
				sliced = append(sliced, m)
			}
		}
		r.Slices = append(r.Slices, s)
	}
	for _, family := range [][]*Metric{gated, reported, sliced} {
		adjust(family)
	}
	for i, c := range columns {
		if !c.believable(*o.MaxUnscored) {
			r.Metrics[i].Verdict = Invalid
		}
	}
}

// compare fills in all but the adjusted p and the verdict.
func (c *column) compare(some []int, seed uint64) Metric {
	s := c.paired(some)
	m := Metric{Name: c.name, Gated: c.gated, N: len(s.d), MinEffect: c.limit.MinEffect, Unit: c.unit, Lower: c.lower}
	if some == nil {
		m.Min = c.limit.Min
	}
	m.Up, m.Down = s.flips()
	m.Baseline, m.Candidate = known(stats.WeightedMean(s.before, s.w)), known(stats.WeightedMean(s.now, s.w))
	m.Margin = c.limit.margin(c.unit, m.Baseline)
	gain := known(stats.WeightedMean(s.d, s.w))
	if gain == nil {
		return m
	}
	m.Delta = known(c.sign() * *gain)
	m.P = known(s.test(seed).MidP())
	iv, se, ok := s.interval()
	if !ok || known(iv.Low) == nil || known(iv.High) == nil {
		return m
	}
	if m.CI95 = &[2]float64{iv.Low, iv.High}; c.lower {
		m.CI95 = &[2]float64{-iv.High, -iv.Low}
	}
	if se > 0 {
		m.MDE = known(stats.DetectableEffect(se, level, power))
		if m.Margin > 0 {
			needed := stats.CasesNeeded(se*se*float64(m.N), m.Margin, level, power)
			m.Needed = &needed
		}
	}
	return m
}

// adjust applies Holm to a family and decides on each.
func adjust(family []*Metric) {
	var p []float64
	for _, m := range family {
		if m.P != nil {
			p = append(p, *m.P)
		}
	}
	adjusted := stats.HolmAdjust(p)
	for _, m := range family {
		if m.P != nil {
			m.Adjusted, adjusted = known(adjusted[0]), adjusted[1:]
		}
		m.Verdict = m.decide()
	}
}

// decide is step 5.
func (m *Metric) decide() Verdict {
	switch {
	case m.Delta == nil:
		return Inconclusive
	case m.tooLow():
		return Regressed
	case *m.Adjusted < level && m.gain() < 0 && m.gain() <= -m.MinEffect:
		return Regressed
	case m.CI95 != nil && m.worst() >= -m.Margin:
		return OK
	}
	return Inconclusive
}

// gain is Delta with up as good.
func (m *Metric) gain() float64 {
	if m.Lower {
		return -*m.Delta
	}
	return *m.Delta
}

// worst is the bad end of the interval, with up as good.
func (m *Metric) worst() float64 {
	if m.Lower {
		return -m.CI95[1]
	}
	return m.CI95[0]
}

// Worse is what a change for the worse is called.
func (m *Metric) Worse() string {
	if m.Lower {
		return "rise"
	}
	return "drop"
}

func (m *Metric) tooLow() bool { return m.Min != nil && m.Candidate != nil && *m.Candidate < *m.Min }

// byTag lists the pairs of each tag by index. Tags are the candidate's.
func (p *pairs) byTag() map[string][]int {
	tags := map[string][]int{}
	for i, pair := range p.cases {
		for _, tag := range pair.candidate.Tags {
			if list := tags[tag]; len(list) == 0 || list[len(list)-1] != i {
				tags[tag] = append(list, i)
			}
		}
	}
	return tags
}

// metricNames lists the metrics of both runs: the suite's in its order, then those of cases by name, which
// come up in the order of the answers.
func (p *pairs) metricNames() []string {
	own := len(p.candidate.Info.Metrics)
	var names []string
	for _, name := range append(slices.Clone(p.candidate.metrics[:own]), sorted(p.candidate.metrics[own:])...) {
		if _, both := p.baseline.index[name]; both {
			names = append(names, name)
		}
	}
	return names
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	sort.Strings(names)
	return names
}

func sortedKeys[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// known is a pointer to x, or nil where x is no number.
func known(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

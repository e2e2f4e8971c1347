package gate

import (
	"math"

	"github.com/llmops-toolkit/llmops/pkg/metric"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// column is one metric over all pairs, by the pair's index.
type column struct {
	name           string
	gated          bool
	deterministic  bool
	changed        bool   // the scorer computes something else now
	doubt          string // why a judge is not known to agree with people as well as the suite asks; "" means it is
	unit           string // "" for scores
	lower          bool   // the lower value is the better one
	limit          Limit
	before, now    []float64 // means over repeats; NaN where a side has no score
	unscoredBefore share
	unscoredNow    share
	binary         bool // single repeats of 0 and 1 only
	weights        []float64
	clusters       []string // nil: every case is its own
}

// share counts records.
type share struct{ part, all int }

// applies tells whether some case of either side has to do with the metric.
func (c *column) applies() bool { return c.unscoredBefore.all+c.unscoredNow.all > 0 }

// believable tells whether nearly all answers of both sides were scored by the same scorer.
func (c *column) believable(limit float64) bool {
	return !c.changed && !c.unscoredBefore.above(limit) && !c.unscoredNow.above(limit)
}

func (s share) above(limit float64) bool { return float64(s.part) > limit*float64(s.all) }

// columns lists the metrics that both runs have: the candidate's order, those of cases by name.
func (p *pairs) columns(o Options) []*column {
	var list []*column
	weights, clusters := p.weights(), p.clusters()
	for _, name := range p.metricNames() {
		c := p.column(name, o)
		c.weights, c.clusters = weights, clusters
		list = append(list, c)
	}
	return list
}

func (p *pairs) column(name string, o Options) *column {
	id := p.candidate.id(name)
	before := p.baseline.id(name)
	limit, named := o.Config.limit(name)
	c := &column{
		name: name, limit: limit, changed: before.Hash != id.Hash || p.baseline.reduction(name) != p.candidate.reduction(name), deterministic: !o.Judge(id),
		before: make([]float64, len(p.cases)), now: make([]float64, len(p.cases)), binary: true,
	}
	reduce := p.candidate.reduction(name)
	for i, pair := range p.cases {
		c.before[i] = c.value(p.baseline.of(pair.baseline, name), reduce)
		c.now[i] = c.value(p.candidate.of(pair.candidate, name), reduce)
	}
	c.unscoredBefore, c.unscoredNow = p.baseline.unscored(name), p.candidate.unscored(name)
	c.gated = o.Config.gates(name) && (named || c.applies())
	if c.unit = score.UnitOf(id.Type); c.unit != "" { // step 6 looks at what answers take anyway
		c.gated = c.gated && named
	}
	c.lower = limit.lower(c.unit)
	if limit.MinKappa > 0 || limit.MinLabels > 0 {
		c.doubt = o.Doubt(name, limit)
		c.gated = c.gated && c.doubt == ""
	}
	return c
}

// value is what the metric makes of a case's repeats; NaN where it has none.
func (c *column) value(t tally, reduce metric.Reduction) float64 {
	v, ok := reduce.Of(t.scored, t.passed, t.sum, t.values)
	if !ok {
		return math.NaN()
	}
	c.binary = c.binary && (t.scored == 1 || reduce.Mode()) && (v == 0 || v == 1)
	return v
}

func (r *Run) unscored(name string) share {
	var s share
	for _, c := range r.Cases {
		t := r.of(c, name)
		s.part += t.unscored
		s.all += t.scored + t.unscored
	}
	return s
}

// weights are the cases', or nil where all are equal.
func (p *pairs) weights() []float64 {
	w, equal := make([]float64, len(p.cases)), true
	for i, pair := range p.cases {
		w[i] = pair.candidate.Weight
		equal = equal && w[i] == w[0]
	}
	if equal && w[0] > 0 {
		return nil
	}
	return w
}

// clusters are the cases', or nil where no case names one.
func (p *pairs) clusters() []string {
	names, clustered := make([]string, len(p.cases)), false
	for i, pair := range p.cases {
		names[i] = pair.candidate.Cluster
		clustered = clustered || names[i] != ""
		if names[i] == "" {
			names[i] = "\x00" + pair.candidate.ID // a cluster of its own
		}
	}
	if !clustered {
		return nil
	}
	return names
}

// sign makes up good.
func (c *column) sign() float64 {
	if c.lower {
		return -1
	}
	return 1
}

// difference is now − before, and 0 where that is a matter of rounding: the mean of repeats depends on their order.
func difference(before, now float64) float64 {
	d := now - before
	if math.Abs(d) <= 1e-12*max(math.Abs(before), math.Abs(now)) {
		return 0
	}
	return d
}

// paired picks the pairs in which both sides have a score, out of some pairs by index; nil means all.
func (c *column) paired(some []int) *sample {
	s := &sample{binary: c.binary}
	take := func(i int) {
		if math.IsNaN(c.before[i]) || math.IsNaN(c.now[i]) {
			return
		}
		s.before, s.now = append(s.before, c.before[i]), append(s.now, c.now[i])
		s.d = append(s.d, c.sign()*difference(c.before[i], c.now[i]))
		if c.weights != nil {
			s.w = append(s.w, c.weights[i])
		}
		if c.clusters != nil {
			s.cluster = append(s.cluster, c.clusters[i])
		}
	}
	if some == nil {
		for i := range c.before {
			take(i)
		}
		return s
	}
	for _, i := range some {
		take(i)
	}
	return s
}

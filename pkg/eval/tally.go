package eval

import (
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/metric"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// tally sums up records as they come. It keeps 16 bytes per case and metric and a few dozen per case, and
// no text of theirs.
type tally struct {
	repeats int
	reduce  metric.Reduction // of metrics that say nothing else
	metrics []*series
	own     int // how many of metrics are the suite's; the rest are those of cases
	byName  map[string]*series
	cases   []caseMeta
	tags    interner
	groups  interner

	records, errors int
	usage           Usage
	standIns        llm.StandIns
	judges          *score.Bill // of all scorers' own calls; nil when there were none
	latencies       []float64   // milliseconds, of whole answers
}

// series holds one metric over the cases, by the case's index.
type series struct {
	name     string
	reduce   metric.Reduction
	values   [][]float64 // by case; for the mode only
	cells    []cell
	unscored int // records
	scored   int // records
	compared int // records whose judge saw two answers in both orders
	flipped  int // of these: verdicts that changed with the order
	sign     string
	unit     string
}

// cell is one metric of one case over its repeats.
type cell struct {
	sum              float64
	scored, unscored int32
	passed           int32
}

type caseMeta struct {
	seen    bool
	weight  float64
	cluster int // 0 means none
	tags    []int
}

// Usage is what a run has used. Tokens and Cost add up what is known, and are nil when nothing is;
// Unknown and Unpriced count the answers that are left out.
type Usage struct {
	Tokens            *llm.Usage
	Cost              *llm.Money
	Unknown, Unpriced int
}

// newTally makes a tally of a run with these metrics. What its run.json says of reductions was checked.
func newTally(info Info) *tally {
	t := &tally{repeats: max(1, info.Repeat), byName: map[string]*series{}, tags: newInterner(), groups: newInterner()}
	t.reduce = reduction(info.Reduce, t.repeats)
	for _, m := range info.Metrics {
		s := t.metric(m.Name)
		s.reduce, s.sign, s.unit = reduction(m.Reduce, t.repeats), m.Signature, m.Unit
	}
	t.own = len(t.metrics)
	return t
}

func (t *tally) metric(name string) *series {
	m := t.byName[name]
	if m == nil {
		m = &series{name: name, reduce: t.reduce}
		t.byName[name] = m
		t.metrics = append(t.metrics, m)
	}
	return m
}

func (t *tally) add(r *Record) {
	index := r.Seq / t.repeats
	t.describe(index, r)
	t.records++
	if r.Error != nil {
		t.errors++
	} else {
		t.standIns.Add(r.StandIn)
		t.latencies = append(t.latencies, float64(r.Latency)/1e6)
	}
	t.usage.add(r)
	if r.Judges != nil {
		if t.judges == nil {
			t.judges = new(score.Bill)
		}
		t.judges.Add(r.Judges)
	}
	for name, s := range r.Scores {
		m := t.metric(name)
		if index >= len(m.cells) {
			m.cells = append(m.cells, make([]cell, index+1-len(m.cells))...)
		}
		if s.Value == nil {
			m.cells[index].unscored++
			m.unscored++
			continue
		}
		if s.Compared || s.Flipped { // runs of before hold the flips only
			m.compared++
		}
		if s.Flipped {
			m.flipped++
		}
		m.add(index, s)
	}
}

// add counts a score of a case.
func (m *series) add(index int, s Score) {
	c := &m.cells[index]
	c.sum += *s.Value
	c.scored++
	if s.Pass {
		c.passed++
	}
	m.scored++
	if !m.reduce.Mode() {
		return
	}
	if index >= len(m.values) {
		m.values = append(m.values, make([][]float64, index+1-len(m.values))...)
	}
	m.values[index] = append(m.values[index], *s.Value)
}

// value reduces the repeats of a case.
func (m *series) value(index int) (float64, bool) {
	var values []float64
	if index < len(m.values) {
		values = m.values[index]
	}
	c := m.cells[index]
	return m.reduce.Of(int(c.scored), int(c.passed), c.sum, values)
}

func (t *tally) describe(index int, r *Record) {
	if index >= len(t.cases) {
		t.cases = append(t.cases, make([]caseMeta, index+1-len(t.cases))...)
	}
	c := &t.cases[index]
	if c.seen {
		return
	}
	*c = caseMeta{seen: true, weight: 1}
	if r.Weight != nil {
		c.weight = *r.Weight
	}
	if r.Cluster != "" {
		c.cluster = t.groups.id(r.Cluster) + 1
	}
	for _, tag := range r.Tags {
		if id := t.tags.id(tag); !slices.Contains(c.tags, id) { // a tag that is written twice is one
			c.tags = append(c.tags, id)
		}
	}
}

func (u *Usage) add(r *Record) {
	switch {
	case r.Usage == nil && r.Static(): // it took none
	case r.Usage == nil:
		u.Unknown++
	default:
		if u.Tokens == nil {
			u.Tokens = new(llm.Usage)
		}
		u.Tokens.Add(r.Usage)
	}
	if r.Cost == nil {
		u.Unpriced++
		return
	}
	if u.Cost == nil {
		u.Cost = new(llm.Money)
	}
	*u.Cost += *r.Cost
}

// Merge adds what another run has used.
func (u *Usage) Merge(other Usage) {
	if other.Tokens != nil {
		if u.Tokens == nil {
			u.Tokens = new(llm.Usage)
		}
		u.Tokens.Add(other.Tokens)
	}
	if other.Cost != nil {
		if u.Cost == nil {
			u.Cost = new(llm.Money)
		}
		*u.Cost += *other.Cost
	}
	u.Unknown, u.Unpriced = u.Unknown+other.Unknown, u.Unpriced+other.Unpriced
}

// copy lets a reader keep the usage while it grows.
func (u Usage) copy() Usage {
	if u.Tokens != nil {
		tokens := *u.Tokens
		u.Tokens = &tokens
	}
	if u.Cost != nil {
		cost := *u.Cost
		u.Cost = &cost
	}
	return u
}

// interner numbers names in the order in which they come.
type interner struct {
	ids   map[string]int
	names []string
}

func newInterner() interner { return interner{ids: map[string]int{}} }

func (i *interner) id(name string) int {
	id, ok := i.ids[name]
	if !ok {
		id = len(i.names)
		i.ids[name] = id
		i.names = append(i.names, name)
	}
	return id
}

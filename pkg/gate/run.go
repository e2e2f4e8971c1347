package gate

import (
	"errors"
	"iter"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// Run is what the gate keeps of a stored run: numbers, and no text of answers.
type Run struct {
	Info  eval.Info
	Cases []*Case // in the order of their first records

	byID     map[string]*Case
	standIns llm.StandIns // of its answers

	metrics []string       // names, in the order in which they came
	index   map[string]int // of metrics

	reductions map[string]metric.Reduction
}

// Case is one case of a run over its repeats.
type Case struct {
	ID, Hash string
	Tags     []string
	Cluster  string
	Weight   float64
	Required bool
	Calls    []Call

	tallies []tally // by the run's index of metrics
}

// Call is what one answer took. Zero durations and nil amounts are unknown.
type Call struct {
	Latency, TTFT float64 // in milliseconds
	Cost          *llm.Money
	Usage         *llm.Usage
}

// tally is one metric of one case over its repeats.
type tally struct {
	sum                      float64
	scored, unscored, passed int
	values                   []float64 // for the mode only
}

// Load reads the run in a directory.
func Load(dir string) (*Run, error) {
	info, err := eval.ReadInfo(dir)
	if err != nil {
		return nil, err
	}
	return Collect(info, eval.Numbers(dir))
}

// LoadBoth reads two runs at the same time.
func LoadBoth(baselineDir, candidateDir string) (baseline, candidate *Run, err error) {
	type loaded struct {
		run *Run
		err error
	}
	done := make(chan loaded, 1)
	go func() {
		run, err := Load(baselineDir)
		done <- loaded{run, err}
	}()
	candidate, err = Load(candidateDir)
	other := <-done
	return other.run, candidate, errors.Join(other.err, err)
}

// Collect makes a Run of records, in any order. It stops at the first error.
func Collect(info eval.Info, records iter.Seq2[*eval.Record, error]) (*Run, error) {
	r := &Run{Info: info, byID: map[string]*Case{}, index: map[string]int{}, reductions: map[string]metric.Reduction{}}
	for _, m := range info.Metrics {
		r.metric(m.Name)
	}
	for rec, err := range records {
		if err != nil {
			return nil, err
		}
		r.add(rec)
	}
	return r, nil
}

func (r *Run) add(rec *eval.Record) {
	c := r.byID[rec.Case]
	if c == nil {
		c = &Case{ID: rec.Case, Hash: rec.Hash, Tags: rec.Tags, Cluster: rec.Cluster, Weight: 1, Required: rec.Required}
		if rec.Weight != nil {
			c.Weight = *rec.Weight
		}
		r.byID[rec.Case] = c
		r.Cases = append(r.Cases, c)
	}
	for name, s := range rec.Scores {
		t := c.tally(r.metric(name))
		switch {
		case s.Value == nil:
			t.unscored++
			continue
		case s.Pass:
			t.passed++
		}
		t.sum += *s.Value
		t.scored++
		if r.reduction(name).Mode() {
			t.values = append(t.values, *s.Value)
		}
	}
	call := Call{Cost: rec.Cost, Usage: rec.Usage}
	if rec.Error == nil {
		r.standIns.Add(rec.StandIn)
		// a call that failed fast is no fast answer
		call.Latency, call.TTFT = float64(rec.Latency)/1e6, float64(rec.TTFT)/1e6
	}
	c.Calls = append(c.Calls, call)
}

func (r *Run) metric(name string) int {
	i, ok := r.index[name]
	if !ok {
		i = len(r.metrics)
		r.index[name] = i
		r.metrics = append(r.metrics, name)
	}
	return i
}

// tally gives the case's counts of a metric to add to.
func (c *Case) tally(metric int) *tally {
	for len(c.tallies) <= metric {
		c.tallies = append(c.tallies, tally{})
	}
	return &c.tallies[metric]
}

// of gives the case's counts of a metric by name; zero where there are none.
func (r *Run) of(c *Case, name string) tally {
	if i, ok := r.index[name]; ok && i < len(c.tallies) {
		return c.tallies[i]
	}
	return tally{}
}

// reduction is how a metric's repeats become one value.
func (r *Run) reduction(name string) metric.Reduction {
	if known, ok := r.reductions[name]; ok {
		return known
	}
	text := r.Info.Reduce
	if id := r.id(name); id.Name != "" {
		text = id.Reduce
	}
	red, _ := metric.ParseReduction(text) // checked when the run was made
	r.reductions[name] = red.For(max(1, r.Info.Repeat))
	return r.reductions[name]
}

// id finds what the run's record says of a metric; zero for those that cases bring along, which are not
// in it.
func (r *Run) id(name string) eval.MetricID {
	for _, m := range r.Info.Metrics {
		if m.Name == name {
			return m
		}
	}
	return eval.MetricID{}
}

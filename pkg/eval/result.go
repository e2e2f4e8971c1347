package eval

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/llmops-toolkit/llmops/pkg/counts"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
	"github.com/llmops-toolkit/llmops/pkg/stats"
)

// Schema names the JSON form of Result.
const Schema = "llmops.eval.run/v1"

// Result is what came of a run, as `eval run --json` prints it.
type Result struct {
	Schema   string         `json:"schema"`
	Run      RunID          `json:"run"`
	Cases    int            `json:"cases"`               // with a record at least
	Errors   int            `json:"errors"`              // calls without a whole answer
	StandIns *llm.StandIns  `json:"stand_ins,omitempty"` // answers by others than the model under test; nil when there are none
	Valid    bool           `json:"valid"`
	Invalid  string         `json:"invalid,omitempty"` // why the run is not valid
	Metrics  []MetricResult `json:"metrics"`
	Slices   []Slice        `json:"slices"` // one per tag, sorted
	Usage    *llm.Usage     `json:"usage"`  // the sum of what is known; null when nothing is
	Unknown  int            `json:"usage_unknown,omitempty"`
	Cost     *llm.Money     `json:"cost_usd"` // the sum of what is priced; null when nothing is
	Unpriced int            `json:"cost_unpriced,omitempty"`
	Judges   *score.Bill    `json:"judges,omitempty"` // the scorers\' own calls, which are in no other figure; nil without any
	Latency  *Latency       `json:"latency_ms"`       // of whole answers; null without one
	Duration int64          `json:"duration_ms"`
	Gate     any            `json:"gate"` // the verdict against a baseline; null when there is none
}

// RunID names a run.
type RunID struct {
	ID     string    `json:"id"`
	Suite  string    `json:"suite"`
	Tag    string    `json:"tag"`
	Model  string    `json:"model"`
	Prompt *PromptID `json:"prompt"`
	Repeat int       `json:"repeat"`
	Status Status    `json:"status"`
	Cell   string    `json:"cell,omitempty"` // what tells it from the other runs of its matrix; "" when it is in none
}

// RunID gives what names the run.
func (i Info) RunID() RunID {
	id := RunID{ID: i.ID, Suite: i.Suite, Tag: i.Tag, Model: i.Model, Prompt: i.Prompt, Repeat: i.Repeat, Status: i.Status}
	if m := i.Matrix; m != nil && m.Cell >= 0 && m.Cell < len(m.Cells) {
		id.Cell = m.Cells[m.Cell].Name
	}
	return id
}

// MetricResult is one metric over the cases. Cases that it does not apply to are in neither count.
type MetricResult struct {
	Name     string      `json:"name"`
	Reduce   string      `json:"reduce,omitempty"` // how the repeats of a case became one value; "" means their mean
	Mean     *float64    `json:"mean"`             // over cases, each reduced over its repeats, by weight; null when n is 0
	N        int         `json:"n"`                // cases scored at least once
	Unscored int         `json:"unscored"`
	CI95     *[2]float64 `json:"ci95"` // null when there are too few cases to say
	// Signature names the settings that a published measure's figure cannot be compared without, such as BLEU's.
	Signature string `json:"signature,omitempty"`
	Unit      string `json:"unit,omitempty"` // of what is measured: "ms", "USD", "tokens"; "" is a score
	// Compared counts the verdicts of a judge that saw two answers in both orders, Flips those that changed with it.
	Compared int `json:"position_compared,omitempty"`
	Flips    int `json:"position_flips,omitempty"`
}

// Slice is the metrics of the cases with one tag.
type Slice struct {
	Tag     string         `json:"tag"`
	Cases   int            `json:"cases"`
	Metrics []MetricResult `json:"metrics"`
}

// Latency are quantiles in milliseconds, each the smallest value that the share does not exceed.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
}

func (t *tally) result(info Info, maxUnscored float64) Result {
	r := Result{
		Schema: Schema, Run: info.RunID(),
		Errors: t.errors, StandIns: t.standIns.Any(), Usage: t.usage.Tokens, Unknown: t.usage.Unknown, Cost: t.usage.Cost, Unpriced: t.usage.Unpriced,
		Judges: t.judges, Latency: latency(t.latencies), Duration: int64(info.Duration) / 1e6, Metrics: []MetricResult{}, Slices: []Slice{},
	}
	all := make([]int, 0, len(t.cases))
	byTag := map[int][]int{}
	for i, c := range t.cases {
		if !c.seen {
			continue
		}
		all = append(all, i)
		for _, tag := range c.tags {
			byTag[tag] = append(byTag[tag], i)
		}
	}
	r.Cases, r.Metrics = len(all), t.over(all, true)
	for tag, cases := range byTag {
		r.Slices = append(r.Slices, Slice{t.tags.names[tag], len(cases), t.over(cases, false)})
	}
	slices.SortFunc(r.Slices, func(a, b Slice) int { return cmp.Compare(a.Tag, b.Tag) })
	r.Invalid = t.invalid(info, maxUnscored)
	r.Valid = r.Invalid == ""
	return r
}

// over sums up the metrics of some cases; with every, also those that apply to none of them.
func (t *tally) over(cases []int, every bool) []MetricResult {
	out := []MetricResult{}
	for _, m := range t.ordered() {
		r := t.sum(m, cases)
		if every {
			r.Signature, r.Unit, r.Compared, r.Flips = m.sign, m.unit, m.compared, m.flipped
		}
		if every || r.N+r.Unscored > 0 {
			out = append(out, r)
		}
	}
	return out
}

// ordered lists the suite's metrics in its order, then those of cases by name: those come up in the
// order of the answers, which no two runs share.
func (t *tally) ordered() []*series {
	list := slices.Clone(t.metrics)
	slices.SortFunc(list[t.own:], func(a, b *series) int { return cmp.Compare(a.name, b.name) })
	return list
}

func (t *tally) sum(m *series, cases []int) MetricResult {
	r := MetricResult{Name: m.name}
	if !m.reduce.Mean() {
		r.Reduce = m.reduce.String()
	}
	v := values{measured: m.unit != ""}
	for _, i := range cases {
		if i >= len(m.cells) {
			continue
		}
		c := m.cells[i]
		value, ok := m.value(i)
		switch {
		case ok:
			v.add(value, c.scored == 1 || m.reduce.Mode(), t.cases[i], &t.groups)
		case c.scored+c.unscored > 0: // too few repeats were scored for pass@k, or none
			r.Unscored++
		}
	}
	r.N = len(v.x)
	if r.N == 0 || stats.Sum(v.w) == 0 {
		return r
	}
	mean := stats.WeightedMean(v.x, v.w)
	if !finite(mean) { // a program's values, past what can be added up
		return r
	}
	r.Mean = &mean
	if iv, ok := v.interval(); ok && finite(iv.Low) && finite(iv.High) {
		r.CI95 = &[2]float64{iv.Low, iv.High}
	}
	return r
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// values are a metric's, one per case.
type values struct {
	x, w      []float64
	cluster   []string
	clustered bool
	weighted  bool // weights differ
	graded    bool // some value is neither 0 nor 1, or a mean of repeats
	between   bool // some value is neither 0 nor 1, or a measurement
	measured  bool // values are no scores between 0 and 1
	ones      int
}

func (v *values) add(x float64, single bool, c caseMeta, groups *interner) {
	name := "\x00" + strconv.Itoa(len(v.x)) // a cluster of its own
	if c.cluster > 0 {
		name, v.clustered = groups.names[c.cluster-1], true
	}
	v.x, v.w, v.cluster = append(v.x, x), append(v.w, c.weight), append(v.cluster, name)
	v.weighted = v.weighted || c.weight != v.w[0]
	v.between = v.between || v.measured || x != 0 && x != 1
	v.graded = v.graded || !single || v.between
	if x == 1 {
		v.ones++
	}
}

// interval is the 95 % one that fits the values: clustered where cases say that they belong together,
// Wilson's for plain passes and fails, else Student's. Where the values do not vary at all, those others have no width,
// and one that Wilson's gives for as many single answers says more; of measurements, which have no bounds, none does.
func (v *values) interval() (stats.Interval, bool) {
	iv, ok := v.estimated()
	if !ok || iv.High-iv.Low > 1e-12*max(1, math.Abs(iv.High)) {
		return iv, ok
	}
	n, mean := int(stats.EffectiveCount(len(v.x), v.w, v.cluster)), stats.WeightedMean(v.x, v.w)
	if !v.between {
		return stats.Wilson(int(math.Round(mean*float64(n))), n, 0.95), true
	}
	return stats.SteadyInterval(mean, n, 0.95), !v.measured && mean >= 0 && mean <= 1
}

func (v *values) estimated() (stats.Interval, bool) {
	switch {
	case v.clustered:
		return stats.ClusteredMeanInterval(v.x, v.w, v.cluster, 0.95)
	case v.weighted:
		return stats.WeightedMeanInterval(v.x, v.w, 0.95)
	case v.graded:
		return stats.MeanInterval(v.x, 0.95)
	}
	return stats.Wilson(v.ones, len(v.x), 0.95), true
}

// invalid says why the run cannot be believed, or "".
func (t *tally) invalid(info Info, limit float64) string {
	if info.Status != StatusComplete || t.records < info.Cases*info.Repeat {
		return fmt.Sprintf("%s of %s calls were made", counts.Grouped(t.records), counts.Grouped(info.Cases*info.Repeat))
	}
	for _, m := range t.ordered() {
		if all := m.scored + m.unscored; all > 0 && float64(m.unscored) > limit*float64(all) {
			return fmt.Sprintf("%s: %s of %s answers are unscored, more than %s", m.name, counts.Grouped(m.unscored), counts.Grouped(all), percent(limit))
		}
	}
	if static := t.standIns.Static(); float64(static) > limit*float64(t.records) {
		return fmt.Sprintf("%s of %s answers are no model's (static), more than %s", counts.Grouped(static), counts.Grouped(t.records), percent(limit))
	}
	if float64(t.errors) > limit*float64(t.records) {
		return fmt.Sprintf("%s of %s calls failed, more than %s", counts.Grouped(t.errors), counts.Grouped(t.records), percent(limit))
	}
	return ""
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'g', 4, 64) + " %" }

func latency(ms []float64) *Latency {
	if len(ms) == 0 {
		return nil
	}
	slices.Sort(ms)
	at := func(share float64) float64 { return ms[max(0, int(share*float64(len(ms))+0.999999)-1)] }
	return &Latency{at(0.50), at(0.95)}
}

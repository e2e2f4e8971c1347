package gate

import (
	"math"
	"slices"
)

// Config is a suite's gate section. The zero value gates every metric by the defaults.
type Config struct {
	Metrics    map[string]Limit // gated; empty: all but those of ReportOnly
	ReportOnly []string         // metrics that are compared and fail nothing
	Broken     Policy
	Slices     []string // tags whose metrics are gated too
	Budgets    Budgets
	Growth     GrowthLimits
	MaxReruns  int // calls for confirming; 0 means no limit
}

// Limit is what a metric may lose, in its own unit.
type Limit struct {
	MinEffect float64  // a smaller drop is no regression however sure it is
	Margin    *float64 // ok needs a drop of this size ruled out; nil means 0.05, and of measurements 5 % of the baseline
	Min       *float64 // a candidate below it fails, whatever the baseline has; nil means none
	MinKappa  float64  // a judge counts when it agrees with people this well at least; 0 asks for nothing
	MinLabels int      // and when so many of their labels say so; 0 means 30
	Better    Better
}

// Better says which values of a metric are the better ones.
type Better int

// The directions. Of measurements in a unit (latency, cost, tokens) the lower value is better, of scores the
// higher one.
const (
	ByUnit Better = iota
	Higher
	Lower
)

// Labels is how many labels a judge must have been compared with.
func (l Limit) Labels() int {
	if l.MinLabels == 0 {
		return 30
	}
	return l.MinLabels
}

// margin is in the metric's unit. A measurement has none of its own that fits, so it gets a share.
func (l Limit) margin(unit string, baseline *float64) float64 {
	const usual = 0.05
	switch {
	case l.Margin != nil:
		return *l.Margin
	case unit == "":
		return usual
	case baseline == nil:
		return 0
	}
	return usual * math.Abs(*baseline)
}

func (l Limit) lower(unit string) bool { return l.Better == Lower || l.Better == ByUnit && unit != "" }

// Policy says which broken cases fail the gate. Required ones do under every policy.
type Policy int

// The policies.
const (
	Net    Policy = iota // more are broken than fixed
	Strict               // any
	Report               // none
)

// GrowthLimits say what a growth of cost, tokens or latency does.
type GrowthLimits struct {
	Cost, Tokens, Latency GrowthPolicy
	Above                 *float64 // a smaller growth is passed over; nil means 0.05
	Prompt                *float64 // the most that prompts may grow by before any call, as a factor; nil means 2, 0 no limit
}

func (g GrowthLimits) prompt() float64 {
	if g.Prompt == nil {
		return 2
	}
	return *g.Prompt
}

func (g GrowthLimits) above() float64 {
	if g.Above == nil {
		return 0.05
	}
	return *g.Above
}

// GrowthPolicy is what a sure growth does.
type GrowthPolicy int

// The policies.
const (
	GrowthWarn GrowthPolicy = iota
	GrowthFail
	GrowthOff
)

func (c *Config) limit(name string) (l Limit, named bool) {
	l, named = c.Metrics[name]
	return l, named
}

func (c *Config) gates(name string) bool {
	if len(c.Metrics) > 0 {
		_, named := c.Metrics[name]
		return named
	}
	return !slices.Contains(c.ReportOnly, name)
}

package ledger

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Total sums up calls. What is unknown is counted and never summed as 0.
type Total struct {
	Key // the group; fields that were not grouped by are ""

	Calls, OK, Incomplete, Failed, Canceled int64

	Usage        llm.Usage // of the calls whose usage is known
	UnknownUsage int64     // calls whose usage is not
	Estimated    int64     // calls whose usage was counted here

	Cost           llm.Money // of the calls that have a price
	Unpriced       int64     // answered calls, whole or incomplete, without a price
	UnpricedFailed int64     // failed and canceled calls without a price: most are not charged

	CacheHits   int64     // answers from our own cache
	CacheMisses int64     // calls that our own cache was asked for in vain
	Saved       llm.Money // what the hits would have cost, where that is known

	Judged int64 // answers that an eval has judged
	Passed int64 // of those: the ones that passed their case

	EvalCost     llm.Money // the part of Cost that evals spent, judges included
	EvalUnpriced int64     // the part of Unpriced that evals have

	Latency time.Duration // the sum; divide by Calls
}

// Key names a group of calls.
type Key struct {
	Day        string // "2025-03-01"
	Tenant     string
	Project    string
	Source     string
	Model      string
	Prompt     string
	Version    string
	Experiment string
	Run        string
}

// Dimension is a field to group by.
type Dimension string

// The dimensions.
const (
	ByDay        Dimension = "day"
	ByTenant     Dimension = "tenant"
	ByProject    Dimension = "project"
	BySource     Dimension = "source"
	ByModel      Dimension = "model"
	ByPrompt     Dimension = "prompt"
	ByVersion    Dimension = "version"    // of a prompt: goes with ByPrompt
	ByExperiment Dimension = "experiment" // goes with ByVersion, which tells its arms apart
	ByRun        Dimension = "run"
)

// Dimensions lists them, in the order of Key.
func Dimensions() []Dimension {
	return []Dimension{ByDay, ByTenant, ByProject, BySource, ByModel, ByPrompt, ByVersion, ByExperiment, ByRun}
}

// column is where tables have it.
func (d Dimension) column() string {
	if d == ByRun {
		return "run_id"
	}
	return string(d)
}

// Plus adds the sums of another group. The key stays as it is.
func (t *Total) Plus(o *Total) {
	t.Calls, t.OK, t.Incomplete = t.Calls+o.Calls, t.OK+o.OK, t.Incomplete+o.Incomplete
	t.Failed, t.Canceled = t.Failed+o.Failed, t.Canceled+o.Canceled
	t.Usage.Add(&o.Usage)
	t.UnknownUsage, t.Estimated = t.UnknownUsage+o.UnknownUsage, t.Estimated+o.Estimated
	t.Cost, t.Unpriced, t.UnpricedFailed = t.Cost+o.Cost, t.Unpriced+o.Unpriced, t.UnpricedFailed+o.UnpricedFailed
	t.CacheHits, t.CacheMisses, t.Saved = t.CacheHits+o.CacheHits, t.CacheMisses+o.CacheMisses, t.Saved+o.Saved
	t.Judged, t.Passed = t.Judged+o.Judged, t.Passed+o.Passed
	t.EvalCost, t.EvalUnpriced = t.EvalCost+o.EvalCost, t.EvalUnpriced+o.EvalUnpriced
	t.Latency += o.Latency
}

// Known tells whether any call of the group has a price, so that Cost is an amount and not merely nothing.
func (t *Total) Known() bool { return t.Calls > t.Unpriced+t.UnpricedFailed }

// PerPass is what a case that passed has cost: all that the evals of the group spent, over the answers that
// passed. It is nil where none passed or a price is missing.
func (t *Total) PerPass() *llm.Money {
	if t.Passed <= 0 || t.EvalUnpriced > 0 {
		return nil
	}
	m := t.EvalCost / llm.Money(t.Passed)
	return &m
}

// add counts a call in, or with sign -1 out again.
func (t *Total) add(r *Record, sign int64) {
	t.Calls += sign
	switch r.Status {
	case OK:
		t.OK += sign
	case Incomplete:
		t.Incomplete += sign
	case Canceled:
		t.Canceled += sign
	case Failed:
		t.Failed += sign
	}
	if u := r.Usage; u == nil {
		t.UnknownUsage += sign
	} else {
		t.Usage.Add(&llm.Usage{
			UncachedInput: sign * u.UncachedInput, CacheRead: sign * u.CacheRead, CacheWrite: sign * u.CacheWrite,
			CacheWrite1h: sign * u.CacheWrite1h, Output: sign * u.Output, Reasoning: sign * u.Reasoning,
		})
	}
	switch {
	case r.Cost != nil:
		t.Cost += llm.Money(sign) * *r.Cost
	case r.unanswered():
		t.UnpricedFailed += sign
	default:
		t.Unpriced += sign
	}
	if r.Source == FromEval {
		if r.Cost != nil {
			t.EvalCost += llm.Money(sign) * *r.Cost
		} else if !r.unanswered() {
			t.EvalUnpriced += sign
		}
	}
	if r.UsageSource == UsageEstimated {
		t.Estimated += sign
	}
	switch r.Cache {
	case CacheHit:
		t.CacheHits += sign
	case CacheMiss:
		t.CacheMisses += sign
	}
	if r.SavedCost != nil {
		t.Saved += llm.Money(sign) * *r.SavedCost
	}
	if r.Passed != nil {
		t.Judged += sign
		if *r.Passed {
			t.Passed += sign
		}
	}
	t.Latency += time.Duration(sign) * r.Total
}

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

func (t *Total) add(r *Record) {
	t.Calls++
	switch r.Status {
	case OK:
		t.OK++
	case Incomplete:
		t.Incomplete++
	case Canceled:
		t.Canceled++
	default:
		t.Failed++
	}
	if r.Usage == nil {
		t.UnknownUsage++
	} else {
		t.Usage.Add(r.Usage)
	}
	switch {
	case r.Cost != nil:
		t.Cost += *r.Cost
	case r.unanswered():
		t.UnpricedFailed++
	default:
		t.Unpriced++
	}
	if r.UsageSource == UsageEstimated {
		t.Estimated++
	}
	switch r.Cache {
	case CacheHit:
		t.CacheHits++
	case CacheMiss:
		t.CacheMisses++
	}
	if r.SavedCost != nil {
		t.Saved += *r.SavedCost
	}
	if r.Passed != nil {
		t.Judged++
		if *r.Passed {
			t.Passed++
		}
	}
	t.Latency += r.Total
}

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

	Cost           llm.Money // of the calls that have a price
	Unpriced       int64     // answered calls, whole or incomplete, without a price
	UnpricedFailed int64     // failed and canceled calls without a price: most are not charged

	Cached  int64         // answers from our own cache
	Saved   llm.Money     // what those would have cost, where that is known
	Latency time.Duration // the sum; divide by Calls
}

// Key names a group of calls.
type Key struct {
	Day     string // "2025-03-01"
	Tenant  string
	Source  string
	Model   string
	Prompt  string
	Version string
}

// Dimension is a field to group by.
type Dimension string

// The dimensions.
const (
	ByDay     Dimension = "day"
	ByTenant  Dimension = "tenant"
	BySource  Dimension = "source"
	ByModel   Dimension = "model"
	ByPrompt  Dimension = "prompt"
	ByVersion Dimension = "version" // of a prompt: goes with ByPrompt
)

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
	if r.Cached {
		t.Cached++
	}
	if r.Saved != nil {
		t.Saved += *r.Saved
	}
	t.Latency += r.Total
}

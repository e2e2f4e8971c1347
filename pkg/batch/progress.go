package batch

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Progress is how far a batch is.
type Progress struct {
	Succeeded, Failed int // of the whole batch
	Fresh             int // records of this run
	Problems          int
	Retries           int
	StandIns          *llm.StandIns // answers by others than the model asked; nil when there are none
	Share             float64       // of the input that is read, 0 to 1; 0 when its size is not known
	Cost              *llm.Money
	OutputTokens      int64
	Concurrency       int // calls that may be on the wire
	Elapsed           time.Duration
}

func (r *run) progress(it *item) Progress {
	standIns := r.tally.clone().standIns
	p := Progress{
		Succeeded: r.tally.succeeded, Failed: r.tally.failed, Fresh: r.fresh.succeeded + r.fresh.failed, Problems: r.problems,
		Retries: r.tally.retries, StandIns: standIns.Any(), Cost: copied(r.tally.cost), Concurrency: r.cfg.Concurrency, Elapsed: r.cfg.Now().Sub(r.started),
	}
	r.reached = max(r.reached, it.end) // a slow answer does not take the others back
	if r.size > 0 {
		p.Share = min(1, float64(r.reached)/float64(r.size))
	}
	if u := r.fresh.usage; u != nil {
		p.OutputTokens = u.Output
	}
	if t := r.cfg.Throttle; t != nil {
		p.Concurrency = t.Concurrency()
	}
	return p
}

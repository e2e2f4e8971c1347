package batch

import (
	"maps"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// tally sums up records; its size does not depend on how many. The zero value is empty.
type tally struct {
	succeeded, failed int
	types             map[string]int
	attempts, retries int
	usage             *llm.Usage
	cost              *llm.Money
	unknown, unpriced int // answers without usage, without cost
	latency, ttft     histogram
	standIns          llm.StandIns // of the answers
}

func (t *tally) add(r *Record) {
	t.attempts += r.Attempts
	t.retries += max(0, r.Attempts-1)
	if r.Usage != nil {
		if t.usage == nil {
			t.usage = new(llm.Usage)
		}
		t.usage.Add(r.Usage)
	}
	if r.Cost != nil {
		if t.cost == nil {
			t.cost = new(llm.Money)
		}
		*t.cost += *r.Cost
	}
	if r.Error != nil {
		t.fail(r.Error.Type)
		return
	}
	t.succeeded++
	t.standIns.Add(r.StandIn)
	if r.Usage == nil && !r.Static() {
		t.unknown++
	}
	if r.Cost == nil {
		t.unpriced++
	}
	t.latency.add(r.Latency)
	if r.TTFT > 0 {
		t.ttft.add(r.TTFT)
	}
}

func (t *tally) fail(kind string) {
	t.failed++
	if t.types == nil {
		t.types = map[string]int{}
	}
	t.types[kind]++
}

// clone copies the tally so that both can go on.
func (t *tally) clone() tally {
	c := *t
	c.types, c.standIns.By = maps.Clone(t.types), maps.Clone(t.standIns.By)
	c.usage, c.cost = copied(t.usage), copied(t.cost)
	return c
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

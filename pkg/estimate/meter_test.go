package estimate_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// costing answers every call at a price.
type costing struct {
	cost  *llm.Money
	calls atomic.Int64
}

func (c *costing) Generate(context.Context, engine.Call) (*engine.Result, error) {
	c.calls.Add(1)
	return &engine.Result{Cost: c.cost, Response: &llm.Response{}}, nil
}

func TestMeterNeverExceedsItsLimit(t *testing.T) {
	price := llm.Money(10)
	for name, c := range map[string]struct {
		limit, perCall llm.Money
		cost           *llm.Money
		want           int64 // calls
		unknown        int64
	}{
		"exactly the limit":            {100, 10, &price, 10, 0},
		"the next would exceed it":     {99, 10, &price, 9, 0},
		"nothing is allowed":           {0, 10, &price, 0, 0},
		"answers of unknown cost":      {100, 10, nil, 10, 10},
		"cheaper than expected":        {100, 25, &price, 8, 0}, // at 80 another is expected to exceed it
		"more than was expected of it": {100, 1, &price, 10, 0},
	} {
		t.Run(name, func(t *testing.T) {
			caller := &costing{cost: c.cost}
			m := &estimate.Meter{Caller: caller, Limit: c.limit, PerCall: c.perCall}
			var last error
			for range 50 {
				if _, err := m.Generate(t.Context(), engine.Call{}); err != nil {
					last = err
				}
			}
			if !errors.Is(last, llm.ErrQuota) {
				t.Errorf("%v is no llm.ErrQuota", last)
			}
			spent, unknown := m.Spent()
			if got := caller.calls.Load(); got != c.want || unknown != c.unknown || spent > c.limit {
				t.Errorf("%d calls for %s, %d of unknown cost; want %d and %d", got, spent, unknown, c.want, c.unknown)
			}
		})
	}
}

func TestMeterWithManyCallsAtOnce(t *testing.T) {
	price := llm.Money(10)
	caller := &costing{cost: &price}
	m := &estimate.Meter{Caller: caller, Limit: 1000, PerCall: 10}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 50 {
				_, _ = m.Generate(t.Context(), engine.Call{}) // refused ones are counted by their absence
			}
		})
	}
	all.Wait()
	if spent, _ := m.Spent(); spent != 1000 || caller.calls.Load() != 100 {
		t.Errorf("%d calls for %s; want 100 for $0.000001", caller.calls.Load(), spent)
	}
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o750); err != nil {
		t.Fatal(err)
	}
}

// What a call costs beside its answer, such as a summary, counts too.
func TestMeterCountsWhatIsBesideACall(t *testing.T) {
	price, beside := llm.Money(10), llm.Money(30)
	m := &estimate.Meter{Limit: 100, PerCall: 10, Caller: callerFunc(func() *engine.Result {
		return &engine.Result{Cost: &price, Extra: &beside, Response: &llm.Response{}}
	})}
	for range 5 {
		_, _ = m.Generate(t.Context(), engine.Call{}) // the last ones reach the limit
	}
	if spent, _ := m.Spent(); spent != 120 {
		t.Errorf("spent %d", spent)
	}
}

type callerFunc func() *engine.Result

func (f callerFunc) Generate(context.Context, engine.Call) (*engine.Result, error) { return f(), nil }

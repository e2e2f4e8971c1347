package estimate

import (
	"context"
	"fmt"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Caller answers calls, as *engine.Engine does.
type Caller interface {
	Generate(ctx context.Context, call engine.Call) (*engine.Result, error)
}

// Meter is a Caller that adds up what its calls cost and makes no call that would exceed a limit. Calls
// under way are counted with what a call is expected to cost, so that many at once don't exceed it
// either, but for answers that are longer than expected. It is safe for concurrent use.
type Meter struct {
	Caller
	Limit   llm.Money
	Already llm.Money // was spent before, as a part of Limit
	PerCall llm.Money // expected cost of a call; 0: not known, so that it is the mean of those before

	mu       sync.Mutex
	spent    llm.Money // guarded by mu
	underWay llm.Money // guarded by mu
	priced   int64     // answers with a cost; guarded by mu
	unknown  int64     // answers without a cost, counted at what was expected; guarded by mu
}

// LimitError says that a call was not made, because it would have exceeded the limit. It is an
// llm.ErrQuota: whoever makes many calls stops at it.
type LimitError struct{ Limit, Spent, PerCall llm.Money }

func (l *LimitError) Error() string {
	if l.Spent >= l.Limit {
		return fmt.Sprintf("the limit of %s is reached: %s are spent", l.Limit, l.Spent)
	}
	return fmt.Sprintf("the limit of %s is reached: %s are spent, and another call costs about %s", l.Limit, l.Spent, l.PerCall)
}

// Is makes it an llm.ErrQuota.
func (l *LimitError) Is(target error) bool { return target == llm.ErrQuota }

// Hint says what to do about it.
func (l *LimitError) Hint() string { return "go on with a higher --max-cost" }

// Generate implements Caller.
func (m *Meter) Generate(ctx context.Context, call engine.Call) (*engine.Result, error) {
	expected, err := m.reserve()
	if err != nil {
		return &engine.Result{}, err
	}
	res, err := m.Caller.Generate(ctx, call)
	m.settle(expected, res)
	return res, err
}

// Check asks the caller what would keep the call from being sent, where it can tell.
func (m *Meter) Check(ctx context.Context, call engine.Call) error {
	if c, ok := m.Caller.(interface {
		Check(ctx context.Context, call engine.Call) error
	}); ok {
		return c.Check(ctx, call)
	}
	return nil
}

// Spent is what the calls have cost so far, and how many of them had no known cost.
func (m *Meter) Spent() (llm.Money, int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.spent, m.unknown
}

// reserve gives what the call is expected to cost.
func (m *Meter) reserve() (expected llm.Money, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	expected = m.PerCall
	if expected == 0 && m.priced > 0 {
		expected = m.spent / llm.Money(m.priced+m.unknown)
	}
	if spent := m.Already + m.spent; spent >= m.Limit || spent+m.underWay+expected > m.Limit {
		return 0, &LimitError{m.Limit, spent, expected}
	}
	m.underWay += expected
	return expected, nil
}

func (m *Meter) settle(expected llm.Money, res *engine.Result) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.underWay -= expected
	if res != nil && res.Extra != nil {
		m.spent += *res.Extra
	}
	switch {
	case res != nil && res.Cost != nil:
		m.spent += *res.Cost
		m.priced++
	case res != nil && res.Response != nil: // it answered, and nobody knows at what cost
		m.spent += expected
		m.unknown++
	}
}

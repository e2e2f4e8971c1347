package budget

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// Memory is a Store for one process, which forgets all when that ends.
type Memory struct {
	mu     sync.Mutex
	scopes map[Scope]*entry // guarded by mu
}

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{scopes: map[Scope]*entry{}} }

// Reserve implements Store.
func (m *Memory) Reserve(_ context.Context, r Request) ([]Usage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return r.reserve(m.of)
}

func (m *Memory) of(scope Scope) *entry {
	e := m.scopes[scope]
	if e == nil {
		e = &entry{state: &State{}}
		m.scopes[scope] = e
	}
	return e
}

// Settle implements Store.
func (m *Memory) Settle(_ context.Context, settled ...Settlement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range settled {
		for _, scope := range s.Scopes {
			m.of(scope).state.Settle(s.ID, s.Use)
		}
	}
	return nil
}

// Get implements Store.
func (m *Memory) Get(_ context.Context, scope Scope) (*State, Limits, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.scopes[scope]
	if e == nil {
		return nil, nil, nil
	}
	s, err := decode(e.state.encode(nil)) // a copy
	return s, maps.Clone(e.limits), err
}

// Scopes implements Store.
func (m *Memory) Scopes(context.Context) ([]Scope, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.scopes)), nil
}

// Limited implements Store.
func (m *Memory) Limited(context.Context) ([]Scope, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Scope
	for scope, e := range m.scopes {
		if len(e.limits) > 0 {
			out = append(out, scope)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Limits implements Store.
func (m *Memory) Limits(ctx context.Context, scope Scope) (Limits, error) {
	_, limits, err := m.Get(ctx, scope)
	return limits, err
}

// SetLimits implements Store.
func (m *Memory) SetLimits(_ context.Context, scope Scope, limits Limits) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(scope).limits = maps.Clone(limits)
	return nil
}

// Reset implements Store.
func (m *Memory) Reset(_ context.Context, scope Scope) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(scope).state = &State{}
	return nil
}

// Close implements Store.
func (m *Memory) Close() error { return nil }

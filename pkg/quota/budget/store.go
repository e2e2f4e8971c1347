package budget

import (
	"context"
	"slices"
	"time"
)

// Store keeps the states of scopes and decides on them one call at a time, whoever asks: SQLite for the processes of
// one machine, Redis for several machines, Memory for one process. It is safe for concurrent use.
type Store interface {
	// Reserve takes the use from every scope, or from none and fails with a *LimitError. What r.Settled holds is
	// settled before, then what r.Renewed holds is renewed, whatever becomes of the reservation. Without scopes it does
	// nothing else.
	Reserve(ctx context.Context, r Request) ([]Usage, error)
	// Settle puts what calls took in the place of their reservations.
	Settle(ctx context.Context, settled ...Settlement) error

	// Get gives a scope's state and the limits that were set for it; both are nil where there is nothing.
	Get(ctx context.Context, scope Scope) (*State, Limits, error)
	// Scopes lists those that have a state or limits, sorted.
	Scopes(ctx context.Context) ([]Scope, error)
	// Limited lists the scopes for which limits were set.
	Limited(ctx context.Context) ([]Scope, error)
	// Limits gives those that were set for a scope; nil means none.
	Limits(ctx context.Context, scope Scope) (Limits, error)
	// SetLimits sets limits that come before the configuration's, resource by resource; nil removes them.
	SetLimits(ctx context.Context, scope Scope, limits Limits) error
	// Reset forgets what a scope has used.
	Reset(ctx context.Context, scope Scope) error
	Close() error
}

// Request asks for a reservation.
type Request struct {
	ID     string // no other's
	Scopes []Bound
	Use    Use
	Now    time.Time
	Until  time.Time // after which the call stays charged in full
	// Lease is when the place of Concurrency that the call took is free again, and its process taken to be dead, unless
	// the lease is renewed: Until at the latest, which zero means too.
	Lease time.Time

	Settled []Settlement
	Renewed []Renewal
	renews  bool // by Budgets

	// Soft leaves out of the answer the scopes that have used less than this share of each of their days' and months'
	// budgets; 0 leaves none out. A store may tell of them all the same.
	Soft float64
}

// Settlement tells what a call took.
type Settlement struct {
	ID     string
	Scopes []Scope
	Use    Use
}

// Renewal puts off the end of the leases of reservations, those that have run out too: a process that had been stopped
// goes on, and so do its calls. One that is not there is passed over.
type Renewal struct {
	Scope Scope
	IDs   []string
	Lease time.Time // the new one, whether it is later or, after the clock was put back, earlier
}

// Bound is a scope with the limits of the configuration, over which those that were set count. A limit of 0 that was
// set lifts the configuration's.
type Bound struct {
	Scope  Scope
	Limits Limits
}

// Usage is what a scope has used of its budgets with the reservation in it.
type Usage struct {
	Scope  Scope
	Used   map[Resource]int64 // of the resources that have a limit
	Limits Limits             // in force
}

// Over lays the limits that were set over the configuration's.
func (l Limits) Over(below Limits) Limits {
	if len(l) == 0 {
		return below
	}
	out := Limits{}
	for _, r := range resources {
		n, ok := l[r]
		if !ok {
			n = below[r]
		}
		if n > 0 {
			out[r] = n
		}
	}
	return out
}

func usage(scope Scope, s *State, limits Limits, now time.Time) Usage {
	u := Usage{Scope: scope, Used: make(map[Resource]int64, len(limits)), Limits: limits}
	for r := range limits {
		u.Used[r] = s.Used(r, now)
	}
	return u
}

func (r *Request) lease() time.Time {
	if r.Lease.IsZero() || r.Lease.After(r.Until) {
		return r.Until
	}
	return r.Lease
}

func (r *Request) scopes() []Scope {
	out := make([]Scope, 0, len(r.Scopes))
	for _, b := range r.Scopes {
		out = append(out, b.Scope)
	}
	return out
}

// each calls f with the scopes that a request reads, each once.
func (r *Request) each(f func(Scope) error) error {
	seen := make([]Scope, 0, 8)
	once := func(s Scope) error {
		if slices.Contains(seen, s) {
			return nil
		}
		seen = append(seen, s)
		return f(s)
	}
	for _, b := range r.Scopes {
		if err := once(b.Scope); err != nil {
			return err
		}
	}
	for _, s := range r.Settled {
		for _, scope := range s.Scopes {
			if err := once(scope); err != nil {
				return err
			}
		}
	}
	for _, n := range r.Renewed {
		if err := once(n.Scope); err != nil {
			return err
		}
	}
	return nil
}

// entry is what a store keeps of a scope.
type entry struct {
	state  *State
	limits Limits
}

// reserve decides over the entries of the scopes, and changes their states. The error of the scope that keeps the
// call back longest is given; then none has taken anything.
func (r *Request) reserve(of func(Scope) *entry) ([]Usage, error) {
	for _, s := range r.Settled {
		for _, scope := range s.Scopes {
			of(scope).state.Settle(s.ID, s.Use)
		}
	}
	for _, n := range r.Renewed {
		of(n.Scope).state.renew(n)
	}
	var worst *LimitError
	var out []Usage
	for _, b := range r.Scopes {
		e := of(b.Scope)
		limits := e.limits.Over(b.Limits)
		if err := e.state.Reserve(b.Scope, limits, r); err != nil {
			worst = worse(worst, err)
			continue
		}
		if r.Soft == 0 || e.state.beyond(r.Soft, limits, r.Now) {
			out = append(out, usage(b.Scope, e.state, limits, r.Now))
		}
	}
	if worst != nil {
		for _, b := range r.Scopes {
			of(b.Scope).state.Settle(r.ID, Use{})
		}
		return nil, worst
	}
	return out, nil
}

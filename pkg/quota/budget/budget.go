// Package budget keeps tenants, projects, providers and keys within what they may use: requests and tokens a minute,
// calls under way, tokens and money a day and a month. What a call may take is reserved before it, in one atomic
// decision over all of its scopes, and settled on what it took; so many calls at once, from several processes or
// machines, never use more together than the limit.
//
// Start with New over a Store (NewSQLite, NewRedis, NewMemory):
//
//	r, err := budgets.Reserve(ctx, []budget.Scope{"tenant:acme"}, budget.Use{Requests: 1, Tokens: 900, Money: most})
//	…
//	r.Settle(budget.Use{Requests: 1, Tokens: 412, Money: cost})
package budget

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// Decider is what Budgets needs of a Store.
type Decider interface {
	Reserve(ctx context.Context, r Request) ([]Usage, error)
	Settle(ctx context.Context, settled ...Settlement) error
	Limited(ctx context.Context) ([]Scope, error)
	Limits(ctx context.Context, scope Scope) (Limits, error)
}

// Config says how Budgets behave. Only Store is required.
type Config struct {
	Store  Decider
	Limits func(Scope) Limits // of the configuration; nil means none
	Soft   float64            // share of a day's or month's budget from which Warn is told; 0 means 0.8
	// MaxWait is how long Reserve waits for room. 0: it fails at once.
	MaxWait time.Duration
	// Waiting is told when it begins to wait. nil: nobody is.
	Waiting func(*LimitError)
	// Lease is how long a call may be under way. After that what it reserved is charged; 0 means an hour.
	Lease time.Duration
	// Slot is how long a call that a Concurrency bounds keeps its place after its process has died. While the process
	// lives, Budgets renew it: at the latest when half of it is over, and in one step for all calls. 0 means a minute.
	Slot time.Duration
	// Open lets calls through while the store fails. Otherwise they fail: nobody knows what is left.
	Open bool

	Warn func(Usage, Resource) // told once of each budget of a period that is used beyond Soft; nil: nobody is
	// Report is told once of each time that the store begins to fail calls that go on, and of what could not be
	// settled. nil: nobody is.
	Report func(error)

	Now   func() time.Time                           // nil means time.Now
	Sleep func(context.Context, time.Duration) error // nil means a timer
}

// Budgets decides on calls. It is safe for concurrent use; Close writes what waits.
type Budgets struct {
	cfg Config

	mu      sync.Mutex // guards the fields below
	settled []Settlement
	writing bool // a goroutine is about to write settled
	idle    *sync.Cond
	closed  bool
	warned  map[string]bool
	set     map[Scope]bool // scopes with limits that were set
	looked  time.Time      // when set was read
	down    error          // why it could not be read
	tried   time.Time      // when that was
	failing bool           // Report was told that calls go on without the store
	leases
}

// New makes Budgets.
func New(cfg Config) *Budgets {
	if cfg.Limits == nil {
		cfg.Limits = func(Scope) Limits { return nil }
	}
	if cfg.Soft == 0 {
		cfg.Soft = 0.8
	}
	if cfg.Lease == 0 {
		cfg.Lease = time.Hour
	}
	if cfg.Slot == 0 {
		cfg.Slot = time.Minute
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	if cfg.Waiting == nil {
		cfg.Waiting = func(*LimitError) {}
	}
	if cfg.Report == nil {
		cfg.Report = func(error) {}
	}
	b := &Budgets{cfg: cfg, warned: map[string]bool{}}
	b.idle = sync.NewCond(&b.mu)
	return b
}

// Reservation is what a call may use until it is settled. A nil Reservation bounds nothing.
type Reservation struct {
	b      *Budgets
	id     string
	scopes []Scope

	// The mutex of b guards these.
	renewed int64 // when its lease was, in ms since 1970; 0 means that none is
	done    bool  // settled
}

// Reserve takes u from every scope that has limits; of scopes without it remembers nothing. It fails with a
// *LimitError when one has no room, after MaxWait at the latest.
func (b *Budgets) Reserve(ctx context.Context, scopes []Scope, u Use) (*Reservation, error) {
	r, err := b.request(ctx, scopes, u)
	if err == nil && len(r.Scopes) > 0 {
		err = b.reserve(ctx, &r)
	}
	var limit *LimitError
	switch {
	case err == nil && len(r.Scopes) == 0:
		return nil, nil
	case err == nil:
		b.begins(false)
		res := &Reservation{b: b, id: r.ID, scopes: r.scopes()}
		b.hold(res, &r)
		return res, nil
	case errors.As(err, &limit), ctx.Err() != nil:
		return nil, err
	case b.cfg.Open:
		if b.begins(true) {
			b.cfg.Report(err)
		}
		return nil, nil
	}
	return nil, fmt.Errorf("%w: %w", ErrStore, err)
}

// begins notes whether the store fails, and tells that it has just begun to.
func (b *Budgets) begins(failing bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	was := b.failing
	b.failing = failing
	return failing && !was
}

// request is what is asked of the store: the scopes that have limits.
func (b *Budgets) request(ctx context.Context, scopes []Scope, u Use) (Request, error) {
	r := Request{ID: ulid.Make().String(), Use: u, Scopes: make([]Bound, 0, len(scopes)), Soft: b.cfg.Soft}
	set, err := b.limited(ctx)
	for _, s := range scopes {
		if limits := b.cfg.Limits(s); len(limits) > 0 || set[s] {
			r.Scopes = append(r.Scopes, Bound{s, limits})
			r.renews = r.renews || set[s] || limits[Concurrency] > 0 // what is set may be one
		}
	}
	return r, err
}

// MoneyBound gives the first of the scopes that has a budget in dollars, or "".
func (b *Budgets) MoneyBound(ctx context.Context, scopes []Scope) (Scope, error) {
	set, err := b.limited(ctx)
	if err != nil {
		return "", err
	}
	for _, s := range scopes {
		limits := b.cfg.Limits(s)
		if set[s] {
			own, err := b.cfg.Store.Limits(ctx, s)
			if err != nil {
				return "", err
			}
			limits = own.Over(limits)
		}
		for r := range limits {
			if r.Money() {
				return s, nil
			}
		}
	}
	return "", nil
}

// again is how long the list of scopes with limits of their own is taken to hold.
const again = 5 * time.Second

// pause is how long a store that could not be read is left alone. The call that asks holds all others up.
const pause = time.Second

// limited gives the scopes whose limits were set in the store.
func (b *Budgets) limited(ctx context.Context) (map[Scope]bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.cfg.Now()
	if age := now.Sub(b.looked); b.set != nil && age >= 0 && age < again {
		return b.set, nil
	}
	if age := now.Sub(b.tried); b.down != nil && age >= 0 && age < pause {
		return nil, b.down
	}
	list, err := b.cfg.Store.Limited(ctx)
	if err != nil {
		if ctx.Err() == nil {
			b.down, b.tried = err, now
		}
		return nil, err
	}
	b.set, b.looked, b.down = map[Scope]bool{}, now, nil
	for _, s := range list {
		b.set[s] = true
	}
	return b.set, nil
}

// reserve asks the store until there is room or the time is over.
func (b *Budgets) reserve(ctx context.Context, r *Request) error {
	start := b.cfg.Now()
	for try := 0; ; try++ {
		now := b.cfg.Now()
		r.Settled, r.Renewed = b.take(), b.due(now)
		b.lend(r, now)
		usages, err := b.cfg.Store.Reserve(ctx, *r)
		if err == nil {
			b.warn(usages, now)
			return nil
		}
		var limit *LimitError
		if !errors.As(err, &limit) {
			// The answer may be all that was lost: what was reserved is given back, for nothing is called.
			b.putBack(append(r.Settled, Settlement{ID: r.ID, Scopes: r.scopes()}))
			b.notRenewed(r.Renewed)
			return err
		}
		wait := limit.sure().Sub(now)
		if limit.sure().IsZero() {
			wait = min(10*time.Millisecond<<min(try, 6), time.Second) // a call under way may end at any time
		}
		if limit.Need > limit.Limit || now.Add(wait).Sub(start) > b.cfg.MaxWait {
			return limit
		}
		if try == 0 {
			b.cfg.Waiting(limit)
		}
		if err := b.cfg.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// warn tells of budgets that are nearly used up, once a period.
func (b *Budgets) warn(usages []Usage, now time.Time) {
	if b.cfg.Warn == nil {
		return
	}
	for _, u := range usages {
		for r, limit := range u.Limits {
			if r.period() == "" || float64(u.Used[r]) < b.cfg.Soft*float64(limit) {
				continue
			}
			key := fmt.Sprint(u.Scope, r, dayOf(now))
			if r.period() == month {
				key = fmt.Sprint(u.Scope, r, monthOf(now))
			}
			b.mu.Lock()
			told := b.warned[key]
			b.warned[key] = true
			b.mu.Unlock()
			if !told {
				b.cfg.Warn(u, r)
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

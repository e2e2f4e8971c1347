// Package quota keeps calls within rate limits: requests and tokens a minute, and requests a day. It
// starts with NewLimiter; each call waits for its turn and tells afterwards what it used:
//
//	limiter := quota.NewLimiter(quota.Limits{RequestsPerMinute: 500, TokensPerMinute: 200_000}, nil)
//	r, err := limiter.Wait(ctx, tokens) // the prompt and the longest answer
//	…
//	r.Settle(used)
package quota

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Limits are what a provider allows. 0 means that there is no such limit.
type Limits struct {
	RequestsPerMinute int64
	TokensPerMinute   int64 // input and output together
	RequestsPerDay    int64
}

// Limiter admits calls so that within every 60 seconds, and every 24 hours, no more is sent than the
// limits allow. Within a minute it paces: after a tenth of the limit at the start, calls go out
// evenly, because providers enforce a minute's limit in parts of it. It is safe for concurrent use.
type Limiter struct {
	*limits
	turn  chan struct{} // held by the waiter that is next, so that a large call is not passed by for ever
	freed chan struct{} // tells that waiter that something was given back

	leftReqs remaining // what the provider says is left; guarded by limits.mu, as all below
	leftToks remaining
	taken    taken
}

// limits are what the lanes of a Limiter share.
type limits struct {
	now func() time.Time

	mu       sync.Mutex
	requests *bucket // nil: no limit; guarded by mu, as all below
	tokens   *bucket
	day      *bucket
	lanes    []*Limiter
}

// taken is what was admitted so far.
type taken struct{ requests, tokens int64 }

// NewLimiter makes a Limiter. now may be nil, which means time.Now.
func NewLimiter(l Limits, now func() time.Time) *Limiter {
	if now == nil {
		now = time.Now
	}
	start := now()
	return (&limits{
		now:      now,
		requests: newBucket(l.RequestsPerMinute, time.Minute, start, true),
		tokens:   newBucket(l.TokensPerMinute, time.Minute, start, true),
		day:      newBucket(l.RequestsPerDay, 24*time.Hour, start, false),
	}).lane()
}

// Lane makes a Limiter that shares the limits of l and keeps for itself what a provider says is left: one for each
// server, so that the word of one holds no call to another.
func (l *Limiter) Lane() *Limiter { return l.lane() }

func (l *limits) lane() *Limiter {
	lane := &Limiter{limits: l, turn: make(chan struct{}, 1), freed: make(chan struct{}, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lanes = append(l.lanes, lane)
	return lane
}

// Wait blocks until a call of so many tokens may be sent, first come, first served. It returns ctx's
// error when ctx ends before. A call larger than the whole limit goes alone.
func (l *Limiter) Wait(ctx context.Context, tokens int64) (*Reservation, error) {
	return l.WaitUnless(ctx, tokens, nil)
}

// ErrHeld is the error of a WaitUnless whose caller does not wait for the provider.
var ErrHeld = errors.New("the provider said that nothing is left")

// WaitUnless is Wait for a call that may have somewhere else to go: when nothing is left by the provider's own word,
// leave is asked whether the call gives up, and it does so with ErrHeld. For the limits of the Limiter it waits in
// any case. leave may be nil, which means never.
func (l *Limiter) WaitUnless(ctx context.Context, tokens int64, leave func(held time.Duration) bool) (*Reservation, error) {
	if l.gone(tokens, leave) { // before it stands behind one that waits
		return nil, ErrHeld
	}
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-l.turn }()
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, wait := l.Take(tokens)
		if r != nil {
			return r, nil
		}
		if l.gone(tokens, leave) {
			return nil, ErrHeld
		}
		if err := l.pause(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// gone asks leave, where the provider holds a call of so many tokens.
func (l *Limiter) gone(tokens int64, leave func(held time.Duration) bool) bool {
	if leave == nil {
		return false
	}
	l.mu.Lock()
	held := l.held(l.now(), max(0, tokens))
	l.mu.Unlock()
	return held > 0 && leave(held)
}

// held tells for how long the provider's word keeps a call back; mu is held.
func (l *Limiter) held(now time.Time, tokens int64) time.Duration {
	return max(l.leftReqs.wait(now, 1), l.leftToks.wait(now, tokens))
}

func (l *Limiter) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-l.freed:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// Take gives a Reservation if the call may be sent now, or nil and how long to wait before asking again.
func (l *Limiter) Take(tokens int64) (*Reservation, time.Duration) {
	tokens = max(0, tokens)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	wait := max(l.requests.wait(now, 1), l.day.wait(now, 1), l.tokens.wait(now, tokens), l.held(now, tokens))
	if wait > 0 {
		return nil, wait
	}
	l.requests.take(now, 1)
	l.day.take(now, 1)
	l.tokens.take(now, tokens)
	l.leftReqs.take(1)
	l.leftToks.take(tokens)
	l.taken.requests++
	l.taken.tokens += tokens
	return &Reservation{limiter: l, tokens: l.tokens.clamp(tokens), at: now, until: l.taken}, 0
}

// Reservation is a call that was admitted. It belongs to one goroutine; the first Settle or Cancel counts.
type Reservation struct {
	limiter *Limiter
	tokens  int64 // that it took
	at      time.Time
	until   taken // up to and with this call
	closed  bool
}

// Settle tells how many tokens the call used; what was reserved beyond them is given back.
func (r *Reservation) Settle(used int64) { r.close(0, r.tokens-max(0, used)) }

// Cancel gives all of it back: nothing was sent.
func (r *Reservation) Cancel() { r.close(1, r.tokens) }

func (r *Reservation) close(requests, tokens int64) {
	if r.closed {
		return
	}
	r.closed = true
	l := r.limiter
	l.mu.Lock()
	now := l.now()
	l.requests.give(now, r.at, requests)
	l.day.give(now, r.at, requests)
	l.tokens.give(now, r.at, tokens)
	lanes := l.lanes // only ever longer
	l.mu.Unlock()
	for _, lane := range lanes {
		lane.wake()
	}
}

// wake lets the next waiter look again.
func (l *Limiter) wake() {
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

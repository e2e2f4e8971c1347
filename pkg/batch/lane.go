package batch

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota"
)

// lane is the way to one model: how many calls it bears at once, and what it says of its limits. It is safe for
// concurrent use.
type lane struct {
	ref       string
	now       func() time.Time
	elsewhere func(ctx context.Context, refused bool, wait time.Duration) bool // nil: nowhere
	gate      *gate
	limiter   *quota.Limiter
	refused   atomic.Bool // the newest answer was a refusal for the limit

	mu    sync.Mutex
	again time.Time // when the provider wants to be asked again; guarded by mu
}

func newLane(ref string, cfg ThrottleConfig, limiter *quota.Limiter) *lane {
	return &lane{ref: ref, now: cfg.Now, elsewhere: cfg.Elsewhere, gate: newGate(cfg.Concurrency, cfg.Now), limiter: limiter}
}

// enter lets a call begin; the gate must be left after it. A call that would wait for the model alone, and can go
// elsewhere, fails at once with an *llm.Error.
func (l *lane) enter(ctx context.Context, tokens int64) (*quota.Reservation, error) {
	if wait := l.asked(); wait > 0 && l.goes(ctx, true, wait) {
		return nil, l.full(wait)
	}
	if !l.gate.tryEnter() {
		if l.goes(ctx, l.refused.Load(), 0) {
			return nil, l.full(0)
		}
		if err := l.gate.enter(ctx); err != nil {
			return nil, err
		}
	}
	var wait time.Duration
	r, err := l.limiter.WaitUnless(ctx, tokens, func(held time.Duration) bool {
		asked := l.asked()
		wait = max(held, asked)
		return l.goes(ctx, asked > 0 || l.refused.Load(), wait)
	})
	if errors.Is(err, quota.ErrHeld) {
		err = l.full(wait)
	}
	if err != nil {
		l.gate.leave()
	}
	return r, err
}

func (l *lane) goes(ctx context.Context, refused bool, wait time.Duration) bool {
	return l.elsewhere != nil && l.elsewhere(ctx, refused, wait)
}

// full is the error of a call that is not sent.
func (l *lane) full(wait time.Duration) error {
	provider, _, _ := strings.Cut(l.ref, "/")
	return &llm.Error{
		Kind: llm.KindRateLimit, Provider: provider, Model: l.ref, RetryAfter: wait,
		Message: "it is at its limit by its own word, and was not asked",
	}
}

// asked is how much is left of the wait that the provider asked for.
func (l *lane) asked() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.again.IsZero() {
		return 0
	}
	return l.again.Sub(l.now())
}

// answered takes over how long a good answer took.
func (l *lane) answered(latency time.Duration) {
	l.refused.Store(false)
	l.gate.answered(latency)
}

// overloaded takes over that a call was refused for the limit; wait is what the provider asks for, 0 where it does
// not say.
func (l *lane) overloaded(r *quota.Reservation, began time.Time, wait time.Duration) {
	l.refused.Store(true)
	l.gate.overloaded(began)
	if wait <= 0 {
		return
	}
	// The other calls need not find out for themselves.
	r.Observe(&llm.RateLimit{ResetRequests: wait, RemainingTokens: -1})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.again = l.now().Add(wait)
}

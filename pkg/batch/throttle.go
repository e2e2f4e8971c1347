package batch

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota"
)

// ThrottleConfig says what a Throttle holds calls to.
type ThrottleConfig struct {
	Concurrency int // calls on the wire to one model at most
	Limits      quota.Limits
	Stream      bool             // ask for streams, so that the time to the first token is known
	Now         func() time.Time // nil means time.Now

	// Elsewhere tells whether a call that would have to wait for room at its model, or for its limit, goes to another
	// one when it fails, as gateway.Elsewhere does. nil: there is no other, and it waits.
	Elsewhere func(ctx context.Context, refused bool, wait time.Duration) bool
}

// Throttle holds the calls of a batch to rate limits and to as many at once as each model bears. What one model says
// of its limits holds for the calls to it alone: they go elsewhere where they can, and wait where all are at their
// limits. Its Middleware goes directly around the provider, inside of any retry, so that each attempt counts. It is
// safe for concurrent use.
type Throttle struct {
	cfg     ThrottleConfig
	limiter *quota.Limiter
	counter counter

	sent, limited atomic.Int64

	mu    sync.Mutex
	lanes map[string]*lane // by reference; guarded by mu
}

// NewThrottle makes a Throttle.
func NewThrottle(cfg ThrottleConfig) *Throttle {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Concurrency = max(1, cfg.Concurrency)
	return &Throttle{cfg: cfg, limiter: quota.NewLimiter(cfg.Limits, cfg.Now), lanes: map[string]*lane{}}
}

// Concurrency is how many calls may be on the wire now.
func (t *Throttle) Concurrency() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lanes) == 0 {
		return t.cfg.Concurrency
	}
	n := 0
	for _, l := range t.lanes {
		n += l.gate.limit()
	}
	return min(n, t.cfg.Concurrency)
}

// lane gives the lane of a reference.
func (t *Throttle) lane(ref string) *lane {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.lanes[ref]
	if l == nil {
		l = newLane(ref, t.cfg, t.limiter.Lane())
		t.lanes[ref] = l
	}
	return l
}

// Middleware puts the throttle around a provider.
func (t *Throttle) Middleware() llm.Middleware {
	return func(next llm.Model) llm.Model {
		return llm.ModelFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
			return t.generate(ctx, next, req)
		})
	}
}

func (t *Throttle) generate(ctx context.Context, next llm.Model, req *llm.Request) (*llm.Response, error) {
	f := flightOf(ctx)
	f.flying.Store(false)
	tokens, err := t.reserved(req)
	if err != nil {
		return nil, err
	}
	l := t.lane(req.Model)
	r, err := l.enter(ctx, tokens)
	if err != nil {
		return nil, err
	}
	defer l.gate.leave()
	f.flying.Store(true)
	defer f.flying.Store(false)
	if err := ctx.Err(); err != nil {
		r.Cancel()
		return nil, err
	}
	if t.cfg.Stream {
		req = req.Streamed()
	}
	t.sent.Add(1)
	began := t.cfg.Now()
	resp, err := next.Generate(ctx, req)
	t.learn(l, r, began, resp, err)
	return resp, err
}

// reserved is how many tokens the call may use: its input and the longest answer.
func (t *Throttle) reserved(req *llm.Request) (int64, error) {
	if t.cfg.Limits.TokensPerMinute <= 0 {
		return 0, nil
	}
	input, err := t.counter.input(req)
	return input + t.counter.output(req), err
}

// learn settles the reservation and moves the lane's bounds.
func (t *Throttle) learn(l *lane, r *quota.Reservation, began time.Time, resp *llm.Response, err error) {
	if resp != nil {
		r.Observe(resp.RateLimit)
	}
	e, failed := errors.AsType[*llm.Error](err)
	switch {
	case resp != nil && resp.Usage != nil:
		r.Settle(resp.Usage.Input() + resp.Usage.Output)
		t.counter.saw(resp.Usage.Output)
	case failed && e.Status >= 400:
		r.Settle(0) // refused: providers count the request and no tokens
	}
	switch {
	case failed && (e.Kind == llm.KindRateLimit || e.Kind == llm.KindOverloaded):
		t.limited.Add(1)
		l.overloaded(r, began, e.RetryAfter)
	case err == nil:
		l.answered(t.cfg.Now().Sub(began))
	}
}

package batch

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota"
)

// ThrottleConfig says what a Throttle holds calls to.
type ThrottleConfig struct {
	Concurrency int // calls on the wire at most
	Limits      quota.Limits
	Stream      bool             // ask for streams, so that the time to the first token is known
	Now         func() time.Time // nil means time.Now
}

// Throttle holds the calls of a batch to rate limits and to as many at once as the provider bears. Its
// Middleware goes directly around the provider, inside of any retry, so that each attempt counts. It is
// safe for concurrent use.
type Throttle struct {
	cfg     ThrottleConfig
	gate    *gate
	limiter *quota.Limiter
	counter counter

	sent, limited atomic.Int64
}

// NewThrottle makes a Throttle.
func NewThrottle(cfg ThrottleConfig) *Throttle {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Concurrency = max(1, cfg.Concurrency)
	return &Throttle{cfg: cfg, gate: newGate(cfg.Concurrency, cfg.Now), limiter: quota.NewLimiter(cfg.Limits, cfg.Now)}
}

// Concurrency is how many calls may be on the wire now.
func (t *Throttle) Concurrency() int { return t.gate.limit() }

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
	if err := t.gate.enter(ctx); err != nil {
		return nil, err
	}
	defer t.gate.leave()
	r, err := t.limiter.Wait(ctx, tokens)
	if err != nil {
		return nil, err
	}
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
	t.learn(r, began, resp, err)
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

// learn settles the reservation and moves the bounds.
func (t *Throttle) learn(r *quota.Reservation, began time.Time, resp *llm.Response, err error) {
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
		t.gate.overloaded(began)
		if e.RetryAfter > 0 { // the other calls need not find out for themselves
			r.Observe(&llm.RateLimit{ResetRequests: e.RetryAfter, RemainingTokens: -1})
		}
	case err == nil:
		t.gate.answered(t.cfg.Now().Sub(began))
	}
}

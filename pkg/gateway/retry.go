package gateway

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Retry says how often and for how long a failed call is tried again. The zero value of each field
// means its default.
type Retry struct {
	Attempts int           // tries in all, the first included; 0 means 4, 1 means no retry
	Base     time.Duration // upper bound of the first wait; 0 means 500 ms
	// MaxWait bounds any wait that the provider did not ask for, and where another model of a chain may answer, any
	// wait; 0 means 8 s.
	MaxWait       time.Duration
	MaxRetryAfter time.Duration // longest wait that a provider may ask for; 0 means 60 s
	Total         time.Duration // no wait begins that would end later than this after the start; 0 means 10 minutes

	Rand  func() float64                             // in [0, 1); nil means math/rand
	Sleep func(context.Context, time.Duration) error // nil means a timer
	Now   func() time.Time                           // nil means time.Now
}

// Middleware tries a call again while its error is retryable, nothing of the answer has been passed
// on, and attempts and time are left.
//
// The waits follow exponential backoff with full jitter: attempt n waits a random time in
// [0, min(MaxWait, Base·2ⁿ)] (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog,
// 2015). A wait that the provider asks for is kept to the full, with up to a tenth on top so that many
// clients don't come back at once.
func (r Retry) Middleware() llm.Middleware {
	r = r.withDefaults()
	return func(next llm.Model) llm.Model {
		return llm.ModelFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
			return r.run(ctx, next, req)
		})
	}
}

func (r Retry) run(ctx context.Context, next llm.Model, req *llm.Request) (*llm.Response, error) {
	budget := budgetOf(ctx, r)
	if budget.attempts <= 0 {
		return &llm.Response{}, fmt.Errorf("no attempt left")
	}
	start := r.Now()
	before := start.Sub(budget.start)
	var lost []llm.Try
	for attempt := 1; ; attempt++ {
		budget.attempts--
		budget.passed = false
		try, streamed := watchDeltas(req)
		began := r.Now()
		resp, err := next.Generate(ctx, try)
		if resp == nil {
			resp = &llm.Response{}
		}
		resp.Attempts, resp.Lost = attempt, lost
		took := began.Sub(start) // by the tries before
		addWaited(&resp.Timing, took)
		if budget.passed { // it was none
			budget.attempts++
			resp.Attempts--
			return resp, err
		}
		if err == nil || *streamed || attempt == r.Attempts || budget.attempts == 0 || ctx.Err() != nil {
			return resp, err
		}
		wait, why := r.again(ctx, budget, before, resp, err)
		if why != nil {
			return resp, why
		}
		if sleepErr := r.Sleep(ctx, wait); sleepErr != nil {
			return resp, errors.Join(err, sleepErr)
		}
		if t := (llm.Try{Response: resp, Err: err}); t.Charged() {
			addWaited(&resp.Timing, -took)
			resp.Lost, lost = nil, append(lost, t)
		}
	}
}

// again tells how long to wait before the next attempt at the same model, or gives the error with which it is given
// up. What other models of the chain may need is left to them: an attempt each, their share of the time, and no
// longer wait than our own, for one of them may answer at once. before is the time that models before took.
func (r Retry) again(ctx context.Context, b *budget, before time.Duration, resp *llm.Response, err error) (wait time.Duration, why error) {
	wait, ok := r.wait(resp.Attempts, err)
	if !ok {
		return 0, r.explain(err)
	}
	if b.walk != nil && b.walk.mate(failureOf(resp, err, kindOf(err))) {
		return 0, err // the same model answers elsewhere, and at once
	}
	end, total := r.Now().Add(wait).Sub(b.start), r.Total
	if later := b.later(resp, err); later > 0 {
		total = before + (r.Total-before)/time.Duration(later+1)
		if b.attempts <= later || end > total || asked(err) > r.MaxWait {
			return 0, err
		}
	}
	if end > total {
		return 0, fmt.Errorf("no time left for another attempt after %d in %s: %w", resp.Attempts, r.Now().Sub(b.start).Round(time.Millisecond), err)
	}
	if deadline, set := ctx.Deadline(); set && time.Until(deadline) < wait {
		return 0, err
	}
	return wait, nil
}

// asked is the wait that the provider asks for; 0 where it asks for none.
func asked(err error) time.Duration {
	var e *llm.Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// watchDeltas copies the request so that the returned flag tells whether a delta was passed on.
func watchDeltas(req *llm.Request) (*llm.Request, *bool) {
	streamed := new(bool)
	if req.OnDelta == nil {
		return req, streamed
	}
	c := req.Clone()
	c.OnDelta = func(d llm.Delta) error {
		*streamed = true
		return req.OnDelta(d)
	}
	return c, streamed
}

// addWaited counts the time that earlier attempts took as part of the answer's.
func addWaited(t *llm.Timing, before time.Duration) {
	if t.Total > 0 {
		t.Total += before
	}
	if t.TTFT > 0 {
		t.TTFT += before
	}
}

// wait tells how long to wait before the next attempt, and whether there is to be one.
func (r Retry) wait(attempt int, err error) (time.Duration, bool) {
	var e *llm.Error
	if !errors.As(err, &e) || !e.Retryable() {
		return 0, false
	}
	if e.RetryAfter > 0 {
		jitter := time.Duration(r.Rand() * float64(e.RetryAfter) / 10)
		return e.RetryAfter + jitter, e.RetryAfter <= r.MaxRetryAfter
	}
	bound := r.MaxWait
	if n := attempt - 1; n < 32 && r.Base<<n > 0 && r.Base<<n < bound {
		bound = r.Base << n
	}
	return time.Duration(r.Rand() * float64(bound)), true
}

// explain names the time when a provider asks for a longer wait than MaxRetryAfter.
func (r Retry) explain(err error) error {
	var e *llm.Error
	if !errors.As(err, &e) || !e.Retryable() || e.RetryAfter <= r.MaxRetryAfter {
		return err
	}
	c := *e
	c.Advice = fmt.Sprintf("the provider asks to wait %s, until %s; the longest wait is set to %s (retry.max_retry_after)",
		e.RetryAfter, r.Now().Add(e.RetryAfter).Format(time.RFC3339), r.MaxRetryAfter)
	return &c
}

func (r Retry) withDefaults() Retry {
	setDefault(&r.Attempts, 4)
	setDefault(&r.Base, 500*time.Millisecond)
	setDefault(&r.MaxWait, 8*time.Second)
	setDefault(&r.MaxRetryAfter, time.Minute)
	setDefault(&r.Total, 10*time.Minute)
	if r.Rand == nil {
		r.Rand = rand.Float64
	}
	if r.Sleep == nil {
		r.Sleep = sleep
	}
	if r.Now == nil {
		r.Now = time.Now
	}
	return r
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

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
	Attempts      int           // tries in all, the first included; 0 means 4, 1 means no retry
	Base          time.Duration // upper bound of the first wait; 0 means 500 ms
	MaxWait       time.Duration // upper bound of any wait that the provider did not ask for; 0 means 8 s
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
	for attempt := 1; ; attempt++ {
		budget.attempts--
		try, streamed := watchDeltas(req)
		began := r.Now()
		resp, err := next.Generate(ctx, try)
		if resp == nil {
			resp = &llm.Response{}
		}
		resp.Attempts = attempt
		addWaited(&resp.Timing, began.Sub(start))
		if err == nil || *streamed || attempt == r.Attempts || budget.attempts == 0 || ctx.Err() != nil {
			return resp, err
		}
		wait, ok := r.wait(attempt, err)
		if !ok {
			return resp, r.explain(err)
		}
		if r.Now().Add(wait).Sub(budget.start) > r.Total {
			return resp, fmt.Errorf("no time left for another attempt after %d in %s: %w", attempt, r.Now().Sub(budget.start).Round(time.Millisecond), err)
		}
		if deadline, set := ctx.Deadline(); set && time.Until(deadline) < wait {
			return resp, err
		}
		if sleepErr := r.Sleep(ctx, wait); sleepErr != nil {
			return resp, errors.Join(err, sleepErr)
		}
	}
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

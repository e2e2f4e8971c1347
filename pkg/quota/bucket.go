package quota

import (
	"time"

	"golang.org/x/time/rate"
)

// bucket holds one limit. The window alone would keep it, but would send a minute's worth at once and
// then nothing; the pace spreads it. A nil bucket limits nothing.
type bucket struct {
	limit  int64
	pace   *rate.Limiter // nil: not paced
	window *window
}

func newBucket(limit int64, span time.Duration, start time.Time, paced bool) *bucket {
	if limit <= 0 {
		return nil
	}
	b := &bucket{limit: limit, window: newWindow(span, start)}
	if paced {
		// The burst is the limit, so that no single call is larger than it; a full one at the start would
		// be twice the limit in the first minute.
		b.pace = rate.NewLimiter(rate.Limit(float64(limit)/span.Seconds()), int(limit))
		b.pace.AllowN(start, int(limit-atOnce(limit)))
	}
	return b
}

// atOnce is how much of a minute's limit may go at the start.
func atOnce(limit int64) int64 { return max(1, limit/10) }

// Allowed is how much a Limiter admits at most of a limit a minute in the time since it was made: what goes at
// once, then an even flow, and no more than the limit in any minute.
func Allowed(limit int64, since time.Duration) float64 {
	whole, part := since/time.Minute, since%time.Minute
	return float64(limit)*float64(whole) + min(float64(limit), float64(atOnce(limit))+float64(limit)*part.Minutes())
}

// clamp makes of a call that is larger than the limit one that takes all of it.
func (b *bucket) clamp(n int64) int64 {
	if b == nil {
		return n
	}
	return min(n, b.limit)
}

// wait tells how long a call of n has to wait at least.
func (b *bucket) wait(now time.Time, n int64) time.Duration {
	if b == nil {
		return 0
	}
	n = b.clamp(n)
	wait := b.window.wait(now, n, b.limit)
	if b.pace == nil {
		return wait
	}
	if missing := float64(n) - b.pace.TokensAt(now); missing > 1e-9 {
		wait = max(wait, time.Duration(missing/float64(b.pace.Limit())*float64(time.Second))+1)
	}
	return wait
}

func (b *bucket) take(now time.Time, n int64) {
	if b == nil {
		return
	}
	n = b.clamp(n)
	b.window.add(now, n)
	if b.pace != nil {
		b.pace.ReserveN(now, int(n)) // AllowN would refuse on a rounding error of wait's
	}
}

// give returns n of what was taken at a time. A negative n is what was used beyond it.
func (b *bucket) give(now, at time.Time, n int64) {
	if b == nil || n == 0 {
		return
	}
	b.window.correct(now, at, -n)
	switch {
	case b.pace == nil:
	case n > 0:
		b.pace.ReserveN(now, -int(b.clamp(n))) // x/time/rate: a negative one refunds, out of a debt too; Cancel does not
	default:
		b.pace.ReserveN(now, int(b.clamp(-n))) // into debt
	}
}

package quota

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// firstPause is how long calls stop at first when the provider says that nothing is left. Each further
// time doubles it. The reset is no better guess: for some providers it is when the limit is
// whole again, a minute away, while single calls fit after milliseconds.
const firstPause = 250 * time.Millisecond

// remaining is what a provider said is left of a limit. The zero value knows nothing.
type remaining struct {
	known bool
	left  int64
	reset time.Time
	hold  time.Time // no call before it; zero: not holding
	pause time.Duration
}

// Observe takes over what the provider said with the call's answer: calls stop when nothing is left, until
// its reset or for a short pause, whichever is first. nil and negative numbers say nothing. The provider
// counted when it admitted the call, so that what was sent since is not in its number yet.
func (r *Reservation) Observe(limit *llm.RateLimit) {
	if limit == nil {
		return
	}
	l := r.limiter
	l.mu.Lock()
	now := l.now()
	since := taken{l.taken.requests - r.until.requests, l.taken.tokens - r.until.tokens}
	l.leftReqs.observe(now, int64(limit.RemainingRequests), since.requests, limit.ResetRequests)
	l.leftToks.observe(now, int64(limit.RemainingTokens), since.tokens, limit.ResetTokens)
	l.mu.Unlock()
	l.wake()
}

func (r *remaining) observe(now time.Time, left, since int64, reset time.Duration) {
	if left < 0 {
		return
	}
	r.known, r.left, r.reset, r.hold = true, max(0, left-since), now.Add(reset), time.Time{}
	if left > 0 {
		r.pause = 0
	}
}

// wait tells how long a call of n has to wait. After the wait one call goes as a probe: its answer says
// what is left now.
func (r *remaining) wait(now time.Time, n int64) time.Duration {
	if !r.known || r.left >= n && r.left > 0 || !now.Before(r.reset) {
		return 0
	}
	if r.hold.IsZero() {
		r.pause = max(firstPause, 2*r.pause)
		r.hold = now.Add(min(r.pause, r.reset.Sub(now)))
	}
	return r.hold.Sub(now) // not above 0 when the hold is over
}

func (r *remaining) take(n int64) {
	r.left = max(0, r.left-n)
	r.hold = time.Time{}
}

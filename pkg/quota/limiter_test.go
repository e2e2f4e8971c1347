package quota_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock stands still until it is moved.
type clock struct{ at time.Time }

func newClock() *clock                   { return &clock{time.Unix(1_700_000_000, 0)} }
func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

// take waits on the clock for a call, and tells how long.
func (c *clock) take(t testing.TB, l *quota.Limiter, tokens int64) (*quota.Reservation, time.Duration) {
	t.Helper()
	began := c.at
	for range 100_000 {
		r, wait := l.Take(tokens)
		if r != nil {
			return r, c.at.Sub(began)
		}
		if wait <= 0 {
			t.Fatalf("refused, to be asked again in %s", wait)
		}
		c.advance(wait)
	}
	t.Fatal("the call is never admitted")
	return nil, 0
}

// sent is a call as the provider counts it.
type sent struct {
	at     time.Time
	tokens int64
}

// checkWindows looks at every window that ends with a call.
func checkWindows(t *testing.T, calls []sent, span time.Duration, requests, tokens int64) {
	t.Helper()
	first, sum := 0, int64(0)
	for i, c := range calls {
		sum += c.tokens
		for !calls[first].at.After(c.at.Add(-span)) {
			sum -= calls[first].tokens
			first++
		}
		if n := int64(i - first + 1); requests > 0 && n > requests {
			t.Fatalf("%d requests within %s, the limit is %d", n, span, requests)
		}
		if tokens > 0 && sum > tokens {
			t.Fatalf("%d tokens within %s, the limit is %d", sum, span, tokens)
		}
	}
}

func TestEveryMinuteIsWithinTheLimit(t *testing.T) {
	for _, rpm := range []int64{1, 7, 60, 6000} {
		t.Run(fmt.Sprint(rpm), func(t *testing.T) {
			c := newClock()
			l := quota.NewLimiter(quota.Limits{RequestsPerMinute: rpm}, c.now)
			var calls []sent
			began := c.at
			for i := range 4 * rpm {
				if i == 2*rpm { // after a pause all of a minute's limit may go at once
					c.advance(5 * time.Minute)
					began = began.Add(5 * time.Minute)
				}
				c.take(t, l, 0)
				calls = append(calls, sent{at: c.at})
			}
			checkWindows(t, calls, time.Minute, rpm, 0)
			if share := float64(4*rpm) / c.at.Sub(began).Minutes() / float64(rpm); rpm > 1 && share < 0.97 {
				t.Errorf("%.3f of the limit was used", share)
			}
		})
	}
}

// Allowed is what a Limiter really admits, at any time.
func TestAllowed(t *testing.T) {
	for _, limit := range []int64{7, 600, 6000} {
		c := newClock()
		l := quota.NewLimiter(quota.Limits{RequestsPerMinute: limit}, c.now)
		start := c.at
		for n := int64(0); n < 5*limit; {
			r, wait := l.Take(0)
			since := c.at.Sub(start)
			if r != nil {
				if n++; float64(n) > quota.Allowed(limit, since)+1e-3 {
					t.Fatalf("%d a minute: %d within %s; Allowed tells %.3f", limit, n, since, quota.Allowed(limit, since))
				}
				continue
			}
			// A minute is counted in steps, so that what leaves it is noticed half a second later.
			if least := quota.Allowed(limit, max(0, since-500*time.Millisecond)); float64(n) < 0.97*least-1 {
				t.Fatalf("%d a minute: refused after %d within %s; Allowed tells %.3f", limit, n, since, least)
			}
			c.advance(wait)
		}
	}
}

func TestDaysAreNotPaced(t *testing.T) {
	c := newClock()
	l := quota.NewLimiter(quota.Limits{RequestsPerDay: 1000}, c.now)
	var calls []sent
	for range 2500 {
		c.take(t, l, 0)
		calls = append(calls, sent{at: c.at})
	}
	checkWindows(t, calls, 24*time.Hour, 1000, 0)
	if took := calls[999].at.Sub(calls[0].at); took != 0 {
		t.Errorf("the first day's requests took %s", took)
	}
}

// The real requests of a service, which reserve twice the answer that they get.
func TestTraceStaysWithinLimits(t *testing.T) {
	trace := readTrace(t)
	limits := quota.Limits{RequestsPerMinute: 300, TokensPerMinute: 250_000}
	c := newClock()
	l := quota.NewLimiter(limits, c.now)
	var calls []sent
	waited, start, begin := 0, c.at, trace[0].at
	type open struct {
		r    *quota.Reservation
		used int64
		end  time.Time
	}
	var underWay []open
	for _, q := range trace {
		if at := start.Add(q.at.Sub(begin)); at.After(c.at) {
			c.at = at
		}
		for len(underWay) > 0 && !underWay[0].end.After(c.at) { // answers come two seconds later
			underWay[0].r.Settle(underWay[0].used)
			underWay = underWay[1:]
		}
		r, wait := c.take(t, l, q.input+2*q.output)
		if wait > 0 {
			waited++
		}
		underWay = append(underWay, open{r, q.input + q.output, c.at.Add(2 * time.Second)})
		calls = append(calls, sent{c.at, q.input + q.output})
	}
	checkWindows(t, calls, time.Minute, limits.RequestsPerMinute, limits.TokensPerMinute)
	if waited == 0 {
		t.Error("no request had to wait: the limits bound nothing")
	}
	t.Logf("%d requests, %d waited; %s instead of %s", len(calls), waited,
		c.at.Sub(start).Round(time.Second), trace[len(trace)-1].at.Sub(begin).Round(time.Second))
}

type traced struct {
	at            time.Time
	input, output int64
}

func readTrace(t *testing.T) []traced {
	t.Helper()
	f, err := os.Open(realdata.Path(t, "azure-llm-trace", "AzureLLMInferenceTrace_conv.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []traced
	for lines := bufio.NewScanner(f); lines.Scan(); {
		cells := strings.Split(strings.TrimSpace(lines.Text()), ",")
		at, err := time.Parse("2006-01-02 15:04:05.9999999", cells[0])
		if err != nil {
			continue // the header
		}
		in, _ := strconv.ParseInt(cells[1], 10, 64)
		o, _ := strconv.ParseInt(cells[2], 10, 64)
		out = append(out, traced{at, in, o})
	}
	if len(out) < 19_000 {
		t.Fatalf("the trace has %d requests", len(out))
	}
	return out
}

func TestSettleGivesBack(t *testing.T) {
	c := newClock()
	l := quota.NewLimiter(quota.Limits{TokensPerMinute: 1000}, c.now)
	c.advance(time.Hour) // the bucket is full
	r, _ := c.take(t, l, 1000)
	if again, _ := l.Take(500); again != nil {
		t.Fatal("more than the limit was admitted")
	}
	r.Settle(400)
	r.Settle(0) // counts once
	if again, _ := l.Take(500); again == nil {
		t.Error("what was given back is not there")
	}
	if again, _ := l.Take(200); again != nil {
		t.Error("more was given back than was reserved")
	}
}

func TestCancelGivesBackTheRequest(t *testing.T) {
	c := newClock()
	l := quota.NewLimiter(quota.Limits{RequestsPerMinute: 1}, c.now)
	r, _ := c.take(t, l, 0)
	r.Cancel()
	if again, _ := l.Take(0); again == nil {
		t.Error("the request was not given back")
	}
}

func TestUsedMoreThanReserved(t *testing.T) {
	c := newClock()
	l := quota.NewLimiter(quota.Limits{TokensPerMinute: 1000}, c.now)
	c.advance(time.Hour)
	r, _ := c.take(t, l, 100)
	r.Settle(5000)
	if _, wait := c.take(t, l, 100); wait < time.Minute {
		t.Errorf("waited %s after a call of five minutes' tokens", wait)
	}
}

func TestCallLargerThanTheLimit(t *testing.T) {
	c := newClock()
	l := quota.NewLimiter(quota.Limits{TokensPerMinute: 1000}, c.now)
	c.take(t, l, 100)
	if _, wait := c.take(t, l, 50_000); wait < time.Minute {
		t.Errorf("it did not go alone: waited %s", wait)
	}
}

func TestObserve(t *testing.T) {
	for name, c := range map[string]struct {
		limit    *llm.RateLimit
		min, max time.Duration
	}{
		"nothing said":         {nil, 0, 0},
		"not known":            {&llm.RateLimit{RemainingRequests: -1, RemainingTokens: -1}, 0, 0},
		"some left":            {&llm.RateLimit{RemainingRequests: 5, RemainingTokens: 5000, ResetRequests: time.Minute, ResetTokens: time.Minute}, 0, 0},
		"none left":            {&llm.RateLimit{RemainingRequests: 0, RemainingTokens: -1, ResetRequests: time.Minute}, 250 * time.Millisecond, time.Second},
		"none left for a bit":  {&llm.RateLimit{RemainingRequests: 0, RemainingTokens: -1, ResetRequests: 20 * time.Millisecond}, 20 * time.Millisecond, 20 * time.Millisecond},
		"too few tokens left":  {&llm.RateLimit{RemainingRequests: -1, RemainingTokens: 10, ResetTokens: time.Minute}, 250 * time.Millisecond, time.Second},
		"none left, no reset":  {&llm.RateLimit{RemainingRequests: 0, RemainingTokens: -1}, 0, 0},
		"tokens without reset": {&llm.RateLimit{RemainingRequests: -1, RemainingTokens: 0}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			l := quota.NewLimiter(quota.Limits{}, clock.now)
			r, _ := clock.take(t, l, 0)
			r.Observe(c.limit)
			if _, wait := clock.take(t, l, 100); wait < c.min || wait > c.max {
				t.Errorf("waited %s; want %s to %s", wait, c.min, c.max)
			}
		})
	}
}

// The provider's number does not have the calls that were sent after the one that it answers, however many
// answers come and in whatever order.
func TestObserveKnowsWhatIsUnderWay(t *testing.T) {
	c := newClock()
	l := quota.NewLimiter(quota.Limits{}, c.now)
	var underWay []*quota.Reservation
	for range 6 {
		r, _ := c.take(t, l, 100)
		underWay = append(underWay, r)
	}
	left := func(requests int) *llm.RateLimit {
		return &llm.RateLimit{RemainingRequests: requests, RemainingTokens: 100 * requests, ResetRequests: time.Minute, ResetTokens: time.Minute}
	}
	underWay[0].Observe(left(6)) // of a limit of 7: five more are on their way
	if r, _ := l.Take(100); r == nil {
		t.Fatal("the seventh call is refused")
	}
	if r, _ := l.Take(100); r != nil {
		t.Error("an eighth call is admitted: the calls under way were not counted")
	}
	underWay[5].Observe(left(1))
	underWay[3].Observe(left(3)) // overtaken by another answer
	if r, _ := l.Take(100); r != nil {
		t.Error("an eighth call is admitted after answers that came out of order")
	}
}

// Each time that nothing is left again, calls stop for longer, but never past the reset.
func TestObserveBacksOff(t *testing.T) {
	c := newClock()
	l := quota.NewLimiter(quota.Limits{}, c.now)
	last := time.Duration(0)
	r, _ := c.take(t, l, 0)
	for range 20 {
		r.Observe(&llm.RateLimit{RemainingRequests: 0, RemainingTokens: -1, ResetRequests: 10 * time.Second})
		var wait time.Duration
		r, wait = c.take(t, l, 0)
		if wait < last || wait > 10*time.Second {
			t.Fatalf("waited %s after %s", wait, last)
		}
		last = wait
	}
	if last != 10*time.Second {
		t.Errorf("waits %s in the end; want the reset's 10s", last)
	}
}

func TestWaitIsFairAndEnds(t *testing.T) {
	l := quota.NewLimiter(quota.Limits{RequestsPerMinute: 60_000, TokensPerMinute: 6_000_000}, nil)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 50 {
				r, err := l.Wait(t.Context(), 500)
				if err != nil {
					t.Error(err)
					return
				}
				r.Settle(100)
			}
		})
	}
	workers.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Wait(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func ExampleLimiter() {
	now := time.Unix(0, 0)
	l := quota.NewLimiter(quota.Limits{TokensPerMinute: 6000}, func() time.Time { return now })
	r, _ := l.Take(600) // a tenth of the limit may go at once
	fmt.Println(r != nil)
	r, wait := l.Take(100)
	fmt.Println(r != nil, wait.Round(time.Millisecond))
	// Output:
	// true
	// false 1s
}

func BenchmarkTake(b *testing.B) {
	l := quota.NewLimiter(quota.Limits{RequestsPerMinute: 1 << 40, TokensPerMinute: 1 << 40}, nil)
	for b.Loop() {
		r, _ := l.Take(100)
		r.Settle(50)
	}
}

// What a call larger than the limit did not use is given back once, and no more than it took.
func TestACallLargerThanTheLimitGivesBackNoMoreThanItTook(t *testing.T) {
	c := newClock()
	l := quota.NewLimiter(quota.Limits{TokensPerMinute: 1000}, c.now)
	large, _ := c.take(t, l, 3000)
	calls := []sent{{c.at, 900}}
	large.Settle(900)
	for range 50 {
		r, _ := c.take(t, l, 100)
		calls = append(calls, sent{c.at, 100})
		r.Settle(100)
	}
	checkWindows(t, calls, time.Minute, 0, 1000)
}

// What is given back counts while others have used more than they reserved.
func TestWhatIsGivenBackLowersADebt(t *testing.T) {
	wait := func(giveBack bool) time.Duration {
		c := newClock()
		l := quota.NewLimiter(quota.Limits{TokensPerMinute: 1000}, c.now)
		over, _ := c.take(t, l, 10)
		under, _ := c.take(t, l, 90)
		over.Settle(500)
		if giveBack {
			under.Settle(0)
		}
		_, waited := c.take(t, l, 100)
		return waited
	}
	if kept, given := wait(false), wait(true); given >= kept {
		t.Errorf("waits %s when 90 tokens are given back, and %s when not", given, kept)
	}
}

// Lanes share the limits; what a provider says is left holds in its own.
func TestLanes(t *testing.T) {
	c := newClock()
	a := quota.NewLimiter(quota.Limits{RequestsPerDay: 3}, c.now)
	b := a.Lane()
	r, _ := a.Take(0)
	r.Observe(&llm.RateLimit{RemainingRequests: 0, RemainingTokens: -1, ResetRequests: time.Minute})
	asked := false
	if _, err := a.WaitUnless(t.Context(), 0, func(held time.Duration) bool { asked = held > 0; return true }); !errors.Is(err, quota.ErrHeld) || !asked {
		t.Errorf("a call of the held lane: error %v", err)
	}
	never := func(time.Duration) bool { t.Error("the other lane is held"); return true }
	for range 2 {
		if _, err := b.WaitUnless(t.Context(), 0, never); err != nil {
			t.Fatal(err)
		}
	}
	if r, _ := b.Take(0); r != nil {
		t.Error("a fourth call is admitted: the lanes do not share the limit of a day")
	}
}

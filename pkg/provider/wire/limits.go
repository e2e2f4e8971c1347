package wire

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// rateLimitHeader carries the limits, read from whichever headers the server has, to the client above.
const rateLimitHeader = "X-Llmops-Ratelimit"

// maxWait bounds what a header can ask for, so that no arithmetic on it overflows.
const maxWait = 365 * 24 * time.Hour

// shouldRetry reads x-should-retry: nil when it is absent or not a boolean.
func shouldRetry(h http.Header) *bool {
	if v, err := strconv.ParseBool(h.Get("X-Should-Retry")); err == nil {
		return &v
	}
	return nil
}

// retryAfter is how long the server asks to wait, 0 when it does not say: by retry-after-ms, by
// Retry-After in seconds or as a date, or for a 429 by the reset of the limits that are used up.
func retryAfter(h http.Header, status int, now time.Time) time.Duration {
	if ms, ok := number(h.Get("Retry-After-Ms")); ok {
		return seconds(ms / 1000)
	}
	after := h.Get("Retry-After")
	if s, ok := number(after); ok {
		return seconds(s)
	}
	if at, err := http.ParseTime(after); err == nil {
		return max(0, min(at.Sub(serverTime(h, now)), maxWait))
	}
	if limit, ok := rateLimit(h, now); ok && status == http.StatusTooManyRequests {
		return limit.wait()
	}
	return 0
}

// serverTime is the Date of the answer, so that a wrong clock on either side does no harm.
func serverTime(h http.Header, now time.Time) time.Time {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		return at
	}
	return now
}

type limits struct{ llm.RateLimit }

// wait is the time until every limit that is used up, or does not say whether it is, is reset.
func (l limits) wait() time.Duration {
	var wait time.Duration
	if l.RemainingRequests <= 0 {
		wait = l.ResetRequests
	}
	if l.RemainingTokens <= 0 {
		wait = max(wait, l.ResetTokens)
	}
	return wait
}

// limitHeaders are the headers of a limit: OpenAI and its kin write x-ratelimit-remaining-requests,
// Anthropic anthropic-ratelimit-requests-remaining, and it limits input and output tokens too.
var limitHeaders = [...]struct {
	requests    bool
	left, reset string
}{
	{true, "X-Ratelimit-Remaining-Requests", "X-Ratelimit-Reset-Requests"},
	{false, "X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Reset-Tokens"},
	{false, "X-Ratelimit-Remaining-Input-Tokens", "X-Ratelimit-Reset-Input-Tokens"},
	{false, "X-Ratelimit-Remaining-Output-Tokens", "X-Ratelimit-Reset-Output-Tokens"},
	{true, "Anthropic-Ratelimit-Requests-Remaining", "Anthropic-Ratelimit-Requests-Reset"},
	{false, "Anthropic-Ratelimit-Tokens-Remaining", "Anthropic-Ratelimit-Tokens-Reset"},
	{false, "Anthropic-Ratelimit-Input-Tokens-Remaining", "Anthropic-Ratelimit-Input-Tokens-Reset"},
	{false, "Anthropic-Ratelimit-Output-Tokens-Remaining", "Anthropic-Ratelimit-Output-Tokens-Reset"},
}

// rateLimit reads the limits that an answer tells of; false when there are none. Of several token limits
// the tightest is reported.
func rateLimit(h http.Header, now time.Time) (limits, bool) {
	l := limits{llm.RateLimit{RemainingRequests: -1, RemainingTokens: -1}}
	found := false
	for _, header := range limitHeaders {
		remaining, until := h.Get(header.left), h.Get(header.reset)
		if remaining == "" && until == "" {
			continue
		}
		left, known := leftOf(remaining)
		reset := resetIn(until, serverTime(h, now))
		if !known && reset == 0 {
			continue
		}
		found = true
		if header.requests {
			l.RemainingRequests, l.ResetRequests = left, reset
		} else if tighter(left, reset, l.RemainingTokens, l.ResetTokens) {
			l.RemainingTokens, l.ResetTokens = left, reset
		}
	}
	return l, found
}

// leftOf reads what is left of a limit, -1 when that is not said.
func leftOf(text string) (left int, known bool) {
	if v, ok := number(text); ok {
		return int(min(v, math.MaxInt32)), true
	}
	return -1, false
}

func tighter(left int, reset time.Duration, than int, thanReset time.Duration) bool {
	return than < 0 || left >= 0 && left < than || left == than && reset > thanReset
}

// resetIn reads "6m0s", "20ms", "59.5" seconds, an RFC 3339 time, or seconds or milliseconds since 1970.
func resetIn(text string, at time.Time) time.Duration {
	if d, err := time.ParseDuration(text); err == nil {
		return max(0, min(d, maxWait))
	}
	if when, err := time.Parse(time.RFC3339, text); err == nil {
		return max(0, min(when.Sub(at), maxWait))
	}
	v, ok := number(text)
	switch {
	case !ok:
		return 0
	case v > 1e12:
		return max(0, min(time.UnixMilli(int64(min(v, 1e15))).Sub(at), maxWait))
	case v > 1e9:
		return max(0, min(time.Unix(int64(v), 0).Sub(at), maxWait))
	}
	return seconds(v)
}

// number reads a finite number that is not negative.
func number(text string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return v, err == nil && v >= 0 && !math.IsInf(v, 0)
}

func seconds(s float64) time.Duration {
	if s > maxWait.Seconds() {
		return maxWait
	}
	return time.Duration(s * float64(time.Second))
}

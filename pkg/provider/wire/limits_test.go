package wire

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

var noon = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func TestRetryAfter(t *testing.T) {
	for name, c := range map[string]struct {
		h      http.Header
		status int
		want   time.Duration
	}{
		"nothing":               {headers(), 429, 0},
		"seconds":               {headers("Retry-After", "7"), 503, 7 * time.Second},
		"part of a second":      {headers("Retry-After", "0.5"), 503, 500 * time.Millisecond},
		"milliseconds win":      {headers("Retry-After-Ms", "1500", "Retry-After", "7"), 429, 1500 * time.Millisecond},
		"date, by our clock":    {headers("Retry-After", "Sat, 01 Mar 2025 12:00:09 GMT"), 429, 9 * time.Second},
		"date, by the server's": {headers("Retry-After", "Fri, 02 Jan 2026 12:00:09 GMT", "Date", "Fri, 02 Jan 2026 12:00:04 GMT"), 429, 5 * time.Second},
		"date that is past":     {headers("Retry-After", "Sat, 01 Mar 2025 11:00:00 GMT"), 429, 0},
		"negative":              {headers("Retry-After", "-5"), 429, 0},
		"not a number":          {headers("Retry-After", "NaN"), 429, 0},
		"infinite":              {headers("Retry-After", "Inf"), 429, 0},
		"words":                 {headers("Retry-After", "soon"), 429, 0},
		"beyond reason":         {headers("Retry-After", "1e300"), 429, maxWait},
		"date beyond reason":    {headers("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), 429, maxWait},
		"later of two resets": {headers(
			"X-Ratelimit-Remaining-Requests", "0", "X-Ratelimit-Reset-Requests", "20ms",
			"X-Ratelimit-Remaining-Tokens", "0", "X-Ratelimit-Reset-Tokens", "6m0s"), 429, 6 * time.Minute},
		"only what is used up": {headers(
			"X-Ratelimit-Remaining-Requests", "0", "X-Ratelimit-Reset-Requests", "20ms",
			"X-Ratelimit-Remaining-Tokens", "5", "X-Ratelimit-Reset-Tokens", "6m0s"), 429, 20 * time.Millisecond},
		"resets alone":           {headers("X-Ratelimit-Reset-Tokens", "2m59.56s"), 429, 179560 * time.Millisecond},
		"reset in plain seconds": {headers("X-Ratelimit-Remaining-Requests", "0", "X-Ratelimit-Reset-Requests", "60"), 429, time.Minute},
		"reset as an epoch":      {headers("X-Ratelimit-Remaining-Requests", "0", "X-Ratelimit-Reset-Requests", "1740830410"), 429, 10 * time.Second},
		"reset as milliseconds":  {headers("X-Ratelimit-Remaining-Requests", "0", "X-Ratelimit-Reset-Requests", "1740830410500"), 429, 10500 * time.Millisecond},
		"not for another status": {headers("X-Ratelimit-Remaining-Requests", "0", "X-Ratelimit-Reset-Requests", "60"), 503, 0},
		"anthropic":              {headers("Anthropic-Ratelimit-Requests-Remaining", "0", "Anthropic-Ratelimit-Requests-Reset", "2025-03-01T12:00:30Z"), 429, 30 * time.Second},
		"anthropic, the tightest": {headers(
			"Anthropic-Ratelimit-Tokens-Remaining", "80000", "Anthropic-Ratelimit-Tokens-Reset", "2025-03-01T12:00:10Z",
			"Anthropic-Ratelimit-Output-Tokens-Remaining", "0", "Anthropic-Ratelimit-Output-Tokens-Reset", "2025-03-01T12:00:50Z"), 429, 50 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			if got := retryAfter(c.h, c.status, noon); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestRateLimit(t *testing.T) {
	for name, c := range map[string]struct {
		h    http.Header
		want *llm.RateLimit
	}{
		"none": {headers("X-Ratelimit-Limit-Requests", "60"), nil},
		"half": {headers("X-Ratelimit-Remaining-Requests", "59"), &llm.RateLimit{RemainingRequests: 59, RemainingTokens: -1}},
		"anthropic": {headers(
			"Anthropic-Ratelimit-Requests-Remaining", "49", "Anthropic-Ratelimit-Requests-Reset", "2025-03-01T12:00:01Z",
			"Anthropic-Ratelimit-Input-Tokens-Remaining", "30000", "Anthropic-Ratelimit-Input-Tokens-Reset", "2025-03-01T12:00:02Z",
			"Anthropic-Ratelimit-Output-Tokens-Remaining", "8000", "Anthropic-Ratelimit-Output-Tokens-Reset", "2025-03-01T12:00:03Z",
		), &llm.RateLimit{RemainingRequests: 49, ResetRequests: time.Second, RemainingTokens: 8000, ResetTokens: 3 * time.Second}},
		"nonsense": {headers("X-Ratelimit-Remaining-Requests", "many", "X-Ratelimit-Reset-Requests", "-4s"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := rateLimit(c.h, noon)
			if ok != (c.want != nil) {
				t.Fatalf("found: %v", ok)
			}
			if c.want != nil {
				if diff := cmp.Diff(*c.want, got.RateLimit); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("7", "2025-03-01T12:00:30Z", "6m0s")
	f.Add("1e400", "9999999999999999", "-1ns")
	f.Fuzz(func(t *testing.T, after, reset, tokens string) {
		for _, h := range []http.Header{
			headers("Retry-After", after),
			headers("Anthropic-Ratelimit-Requests-Reset", reset, "X-Ratelimit-Reset-Tokens", tokens),
		} {
			if d := retryAfter(h, 429, noon); d < 0 || d > maxWait {
				t.Errorf("%s from %v", d, h)
			}
		}
	})
}

package providertest

import (
	"net/http"
	"time"
)

// The waits that the faults of status 429 ask for.
const (
	RetryAfter = 7 * time.Second
	ResetAfter = 6*time.Minute + 500*time.Millisecond
)

// refusals are answers with an error's status.
func refusals() []Fault {
	status := func(id, variant string, code int, word, message string, header ...string) Fault {
		return Fault{ID: id, Variant: variant, OnePiece: true, Play: func(w *Wire) {
			header := append([]string{"Content-Type: application/json", "X-Request-Id: req-42"}, header...)
			w.Full(code, w.speech().failure(code, word, message), header...)
		}}
	}
	limited := func(variant string, header ...string) Fault {
		return status("429-retry-after", variant, 429, "rate_limit_error", "slow down", header...)
	}
	quota := func(word string) Fault {
		f := status("429-quota", word, 429, word, "you are out of money")
		f.Dialects = []Dialect{OpenAI}
		return f
	}
	only := func(d Dialect, f Fault) Fault { f.Dialects = []Dialect{d}; return f }
	date := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC) // far from now: only the answer's own Date makes sense of it
	http2 := func(t time.Time) string { return t.Format(http.TimeFormat) }
	return []Fault{
		only(Anthropic, status("anthropic-529", "", 529, "overloaded_error", "Overloaded")),
		limited("seconds", "Retry-After: 7"),
		limited("date", "Date: "+http2(date), "Retry-After: "+http2(date.Add(RetryAfter))),
		limited("milliseconds", "Retry-After-Ms: 7000", "Retry-After: 60"),
		{ID: "429-retry-after", Variant: "in-the-body", Dialects: []Dialect{Gemini}, OnePiece: true, Play: func(w *Wire) {
			w.Full(429, document(doc{"error": doc{
				"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota, please check your plan and billing details.",
				"details": []any{doc{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}},
			}}), "Content-Type: application/json")
		}},
		only(OpenAI, status("429-reset-headers", "go-durations", 429, "rate_limit_exceeded", "slow down",
			"x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 20ms",
			"x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 6m0.5s")),
		only(OpenAI, status("429-reset-headers", "seconds", 429, "rate_limit_exceeded", "slow down",
			"x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 360.5",
			"x-ratelimit-remaining-tokens: 9000", "x-ratelimit-reset-tokens: 3000")),
		only(Anthropic, status("429-reset-headers", "rfc3339", 429, "rate_limit_error", "slow down",
			"Date: "+http2(date), "anthropic-ratelimit-requests-remaining: 9", "anthropic-ratelimit-requests-reset: 2025-03-01T23:00:00Z",
			"anthropic-ratelimit-input-tokens-remaining: 0", "anthropic-ratelimit-input-tokens-reset: 2025-03-01T12:06:00.5Z")),
		quota("insufficient_quota"),
		quota("credit_balance_exhausted"),
		quota("project_spend_limit_exceeded"),
		quota("billing_hard_limit_reached"),
		only(Anthropic, status("429-quota", "credit-balance", 400, "invalid_request_error",
			"Your credit balance is too low to access the Anthropic API.")),
		status("x-should-retry", "false", 503, "server_error", "do not come back", "x-should-retry: false"),
		status("x-should-retry", "true", 400, "invalid_request_error", "come back", "x-should-retry: true"),
		status("408-409", "408", 408, "timeout", "too slow"),
		status("408-409", "409", 409, "conflict", "locked"),
	}
}

package llm

import (
	"fmt"
	"strings"
	"time"
)

// ErrorKind sorts failures by what a caller does about them.
type ErrorKind string

// The kinds. Retryable says which of them are worth another try.
const (
	KindAuth          ErrorKind = "authentication"     // the key is missing, wrong or not allowed
	KindRateLimit     ErrorKind = "rate_limit"         // too many requests or tokens just now
	KindQuota         ErrorKind = "quota"              // the account is used up: fatal for the provider
	KindOverloaded    ErrorKind = "overloaded"         // the provider is overloaded (Anthropic's 529)
	KindServer        ErrorKind = "server"             // another 5xx
	KindConflict      ErrorKind = "conflict"           // 408 and 409
	KindConnection    ErrorKind = "connection"         // no connection, or one that broke before an answer
	KindTimeout       ErrorKind = "timeout"            // one of our timeouts: first byte, idle, total
	KindInvalid       ErrorKind = "invalid_request"    // the provider refuses the request as it is
	KindNotFound      ErrorKind = "not_found"          // no such model or address
	KindContextWindow ErrorKind = "context_window"     // the input does not fit the model
	KindContentFilter ErrorKind = "content_filter"     // refused by the provider's filter
	KindTruncated     ErrorKind = "truncated"          // the stream ended before its terminal marker
	KindMalformed     ErrorKind = "malformed_response" // not the format that was asked for, or broken JSON
	KindEmpty         ErrorKind = "empty_response"     // 200 and nothing in it
	KindTooLarge      ErrorKind = "response_too_large" // past the cap on bytes
	KindRedirect      ErrorKind = "redirect"           // the server sent us elsewhere; we do not go
)

// Error is what a provider call fails with. It holds no prompt, no user text and no key.
type Error struct {
	Kind     ErrorKind
	Provider string // "openai", or the name under providers:
	Model    string
	Status   int    // HTTP status, 0 when there was none
	Code     string // the provider's own code or type: "insufficient_quota"
	Message  string // at most 200 characters, control characters removed
	Raw      string // for KindMalformed: at most 1 KiB of what came, secrets redacted
	// RetryAfter is how long the provider asks to wait; 0 means that it did not say.
	RetryAfter time.Duration
	// ShouldRetry is the x-should-retry header, which wins over the kind; nil when absent.
	ShouldRetry *bool
	RequestID   string
	Advice      string // what the user can do, for Hint
	Err         error  // the cause, may be nil
}

// Sentinels for errors.Is: an Error matches the one of its kind.
var (
	ErrAuth          = &Error{Kind: KindAuth}
	ErrQuota         = &Error{Kind: KindQuota}
	ErrRateLimit     = &Error{Kind: KindRateLimit}
	ErrTruncated     = &Error{Kind: KindTruncated}
	ErrContextWindow = &Error{Kind: KindContextWindow}
	ErrContentFilter = &Error{Kind: KindContentFilter}
	ErrTimeout       = &Error{Kind: KindTimeout}
)

func (e *Error) Error() string {
	var b strings.Builder
	if e.Provider != "" {
		b.WriteString(e.Provider + ": ")
	}
	b.WriteString(strings.ReplaceAll(string(e.Kind), "_", " "))
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP %d", e.Status)
		if e.Code != "" {
			b.WriteString(", " + e.Code)
		}
		b.WriteString(")")
	} else if e.Code != "" {
		b.WriteString(" (" + e.Code + ")")
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches a sentinel: an *Error that has nothing but the same kind.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && *t == Error{Kind: e.Kind}
}

// Hint says what the user can do about it, or "".
func (e *Error) Hint() string { return e.Advice }

// Retryable tells whether the same request may succeed later. A truncated or broken stream counts:
// whoever retries must know that nothing of it was passed on.
func (e *Error) Retryable() bool {
	if e.Kind == KindQuota {
		return false
	}
	if e.ShouldRetry != nil {
		return *e.ShouldRetry
	}
	switch e.Kind {
	case KindRateLimit, KindOverloaded, KindServer, KindConflict, KindConnection, KindTimeout,
		KindTruncated, KindMalformed, KindEmpty:
		return true
	}
	return false
}

package budget

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// LimitError tells that a limit is reached.
type LimitError struct {
	Scope    Scope
	Resource Resource
	Limit    int64
	Used     int64 // reservations of calls under way included
	Need     int64
	Frees    time.Time // when there is room again; zero when that is not known, or never by itself
	// Held is what calls under way have reserved of a budget, where there is room as soon as they give enough of it
	// back; else 0.
	Held int64
	// Lapses is, of Concurrency, when there is room if the processes of the calls under way have died. A process that
	// lives keeps its places for as long as its calls take. Of other resources it is zero.
	Lapses time.Time
}

// ErrStore is in the error of a call that was not made because the store failed and Config.Open is not set.
var ErrStore = errors.New("what is left of the budgets cannot be read, and quotas.on_error is closed")

func (e *LimitError) Error() string {
	s := fmt.Sprintf("%s: %s of %s is reached: %s used, %s more needed",
		e.Scope, e.Resource, e.Resource.Amount(e.Limit), e.Resource.Amount(e.Used), e.Resource.Amount(e.Need))
	if e.TooLarge() {
		s = fmt.Sprintf("%s: the call needs %s, more than the whole %s of %s", e.Scope, e.Resource.Amount(e.Need), e.Resource, e.Resource.Amount(e.Limit))
		if e.Resource.period() != "" || e.Resource == TokensPerMinute {
			s += "; a smaller max_tokens reserves less"
		}
		return s
	}
	if !e.Frees.IsZero() {
		s += ", free at " + e.Frees.Format(time.RFC3339)
	}
	if !e.Lapses.IsZero() {
		s += ", free when a call under way ends, or at " + e.Lapses.Format(time.RFC3339) + " if its process has died"
	}
	if e.Held > 0 {
		s += ", or when calls under way give back enough of the " + e.Resource.Amount(e.Held) + " that they reserved"
	}
	return s
}

// TooLarge tells that the call needs more than the whole limit: no waiting helps it.
func (e *LimitError) TooLarge() bool { return e.Need > e.Limit }

// Budget tells that what is reached is a day's or month's budget and no rate.
func (e *LimitError) Budget() bool { return e.Resource.period() != "" }

// sure is Frees, or zero where a call under way may end before.
func (e *LimitError) sure() time.Time {
	if e.Held > 0 {
		return time.Time{}
	}
	return e.Frees
}

// worse gives the one of two limits that keeps a call back longer: for good, else for the longer time, else the first.
func worse(a, b *LimitError) *LimitError {
	switch {
	case a == nil, a.Need <= a.Limit && (b.Need > b.Limit || b.sure().After(a.sure())):
		return b
	}
	return a
}

// Amount writes an amount of the resource.
func (r Resource) Amount(n int64) string {
	if r.Money() {
		return llm.Money(n).String()
	}
	return strconv.FormatInt(n, 10)
}

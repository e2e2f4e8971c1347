package budget

import (
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
}

func (e *LimitError) Error() string {
	s := fmt.Sprintf("%s: %s of %s is reached: %s used, %s more needed",
		e.Scope, e.Resource, e.Resource.Amount(e.Limit), e.Resource.Amount(e.Used), e.Resource.Amount(e.Need))
	if e.TooLarge() {
		return fmt.Sprintf("%s: the call needs %s, more than the whole %s of %s", e.Scope, e.Resource.Amount(e.Need), e.Resource, e.Resource.Amount(e.Limit))
	}
	if !e.Frees.IsZero() {
		s += ", free at " + e.Frees.Format(time.RFC3339)
	}
	return s
}

// TooLarge tells that the call needs more than the whole limit: no waiting helps it.
func (e *LimitError) TooLarge() bool { return e.Need > e.Limit }

// Budget tells that what is reached is a day's or month's budget and no rate.
func (e *LimitError) Budget() bool { return e.Resource.period() != "" }

// worse gives the one of two limits that keeps a call back longer: for good, else for the longer time, else the first.
func worse(a, b *LimitError) *LimitError {
	switch {
	case a == nil, a.Need <= a.Limit && (b.Need > b.Limit || b.Frees.After(a.Frees)):
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

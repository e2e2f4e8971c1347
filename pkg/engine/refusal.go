package engine

import (
	"errors"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// Refusal turns a limit that is reached into the error of a call: of a day's or month's budget one that ends a run, of
// a rate one that passes. Other errors pass unchanged.
func Refusal(err error, now time.Time) error {
	var limit *budget.LimitError
	if !errors.As(err, &limit) {
		return err
	}
	e := &llm.Error{Kind: llm.KindRateLimit, Err: limit, Advice: "`llmops quota status` shows what is used, `llmops quota set` sets another limit"}
	if limit.TooLarge() || limit.Budget() {
		e.Kind = llm.KindQuota
	}
	if !limit.Frees.IsZero() {
		e.RetryAfter = limit.Frees.Sub(now)
	}
	return e
}

package engine

import (
	"context"
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// FailureType is the word by which the records of evals and batches name what kept a call from an answer: the kind
// of a provider's failure, "input" for a mistake in what was asked for, "timeout" for a time that ran out, and
// "error" for all else.
func FailureType(err error) string {
	if e, ok := errors.AsType[*llm.Error](err); ok {
		return string(e.Kind)
	}
	switch {
	case mistaken(err):
		return "input"
	case errors.Is(err, context.DeadlineExceeded):
		return string(llm.KindTimeout)
	}
	return "error"
}

// EndsRun tells that every other call of a run will fail like this one: the key is refused, or an account or a budget
// is used up, or the store of the budgets or of the cache fails and nothing may go on without it. A call that needs more
// than the whole of a limit ends none: smaller ones get through.
func EndsRun(err error) bool {
	if limit, ok := errors.AsType[*budget.LimitError](err); ok && limit.TooLarge() {
		return false
	}
	return errors.Is(err, llm.ErrAuth) || errors.Is(err, llm.ErrQuota) ||
		errors.Is(err, budget.ErrStore) || errors.Is(err, cache.ErrStore)
}

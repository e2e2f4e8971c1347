package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

func TestFailureType(t *testing.T) {
	for want, err := range map[string]error{
		"rate_limit": fmt.Errorf("call: %w", &llm.Error{Kind: llm.KindRateLimit}),
		"input":      fmt.Errorf("call: %w", diag.Errorf("no such variable")),
		"timeout":    fmt.Errorf("call: %w", context.DeadlineExceeded),
		"error":      errors.New("something else"),
	} {
		if got := FailureType(err); got != want {
			t.Errorf("%v is %q, want %q", err, got, want)
		}
	}
}

func TestEndsRun(t *testing.T) {
	limit := func(need int64) error {
		return Refusal(&budget.LimitError{Scope: "tenant/acme", Resource: budget.TokensPerMinute, Limit: 100, Need: need}, time.Time{})
	}
	day := &budget.LimitError{Resource: budget.TokensPerDay, Limit: 100, Used: 90, Need: 20}
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"refused key":            {&llm.Error{Kind: llm.KindAuth}, true},
		"used-up account":        {&llm.Error{Kind: llm.KindQuota}, true},
		"budget of the day":      {Refusal(day, time.Time{}), true},
		"rate":                   {limit(50), false},
		"more than a whole rate": {limit(200), false},
		"store of the budgets":   {fmt.Errorf("%w: %w", budget.ErrStore, errors.New("refused")), true},
		"store of the cache":     {fmt.Errorf("%w: %w", cache.ErrStore, errors.New("refused")), true},
		"server":                 {&llm.Error{Kind: llm.KindServer}, false},
	} {
		if got := EndsRun(tc.err); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
	}
}

package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
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

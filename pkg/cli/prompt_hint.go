package cli

import (
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// hinted is an error with advice. By itself it is no mistake in what the user wrote.
type hinted struct {
	error
	advice string
}

// Hint says what to do.
func (h *hinted) Hint() string { return h.advice }

// Unwrap gives the error without the advice.
func (h *hinted) Unwrap() error { return h.error }

// joined is errors.Join with the hint of the first error that has one.
func joined(errs ...error) error {
	err := errors.Join(errs...)
	if hint := firstHint(err); hint != "" {
		return &hinted{err, hint}
	}
	return err
}

func firstHint(err error) string {
	if hint := diag.HintOf(err); hint != "" || err == nil {
		return hint
	}
	for ; err != nil; err = errors.Unwrap(err) {
		several, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // the chain is walked here
		if !ok {
			continue
		}
		for _, e := range several.Unwrap() {
			if hint := firstHint(e); hint != "" {
				return hint
			}
		}
	}
	return ""
}

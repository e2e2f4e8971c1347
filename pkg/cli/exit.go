package cli

import (
	"context"
	"errors"
	"net/http"
	"syscall"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/forge"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// The exit codes, as `llmops help exit-codes` documents them.
const (
	exitOK         = 0
	exitFailure    = 1
	exitUsage      = 2
	exitRegression = 3
	exitAuth       = 4
	exitItems      = 5
	exitIncomplete = 6
	exitBudget     = 7
	exitPipe       = 141 // 128 + SIGPIPE, as a shell sees other programs end
)

// codedError carries an exit code that the error itself does not imply.
type codedError struct {
	code int
	err  error
}

func (c *codedError) Error() string { return c.err.Error() }
func (c *codedError) Unwrap() error { return c.err }

// exitCode sorts an error into the documented codes. A signal wins over what it made fail.
func exitCode(ctx context.Context, err error) int {
	var sig signalError
	if errors.As(context.Cause(ctx), &sig) {
		return 128 + int(sig.sig)
	}
	var coded *codedError
	var user *diag.Error
	var limit *budget.LimitError
	var refused *forge.StatusError
	switch {
	case errors.Is(err, syscall.EPIPE):
		return exitPipe
	case errors.As(err, &coded):
		return coded.code
	case errors.Is(err, llm.ErrAuth), errors.As(err, &refused) && (refused.Code == http.StatusUnauthorized || refused.Code == http.StatusForbidden):
		return exitAuth
	case errors.Is(err, llm.ErrQuota), errors.As(err, &limit):
		return exitBudget
	case errors.Is(err, llm.ErrTruncated):
		return exitIncomplete
	case errors.As(err, &user):
		return exitUsage
	}
	return exitFailure
}

const exitCodesHelp = `llmops ends with one of these codes:

    0  ok
    1  failure: the provider, the network or the machine
    2  usage or configuration: the command line, a file or a reference is wrong
    3  regression: the gate failed
    4  authentication: a key is missing, wrong or not allowed
    5  finished, with failed items (eval, batch)
    6  incomplete answer: the stream ended early; what came is kept and marked
    7  budget or quota reached
  130  stopped by SIGINT (Ctrl-C)
  141  whoever read the output stopped reading, as head does
  143  stopped by SIGTERM

A signal wins over the other codes.`

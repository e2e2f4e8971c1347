package cli

import (
	"context"
	"errors"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// verdicts are which calls passed their cases, by trace id.
type verdicts struct {
	off    bool
	mu     sync.Mutex // guards passed
	passed map[string]bool
}

func (e *env) newVerdicts() *verdicts {
	cfg, err := e.config()
	return &verdicts{off: err != nil || cfg.Ledger.Off, passed: map[string]bool{}}
}

// keep takes a record's verdict. An answer that nothing scored has none. Runs of a matrix call it at once.
func (v *verdicts) keep(r *eval.Record) {
	if v.off || r.TraceID == "" || len(r.Scores) == 0 && r.Error == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.passed[r.TraceID] = r.Passed()
}

// recordVerdicts tells the ledger which calls of a run passed their cases, so that cost report knows what a
// case that passes costs. A failure costs the report only.
func (e *env) recordVerdicts(ctx context.Context, v *verdicts) {
	if v.off || len(v.passed) == 0 || ctx.Err() != nil {
		return
	}
	l, err := (&lazyLedger{e: e}).existing(ctx)
	if err == nil {
		err = l.SetPassed(ctx, v.passed)
	}
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		e.notice("warning: the ledger does not know which calls passed: %v", err)
	}
}

package cli

import (
	"context"
	"errors"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// recordVerdicts tells the ledger which calls of a run passed their cases, so that cost report knows what a
// case that passes costs. An answer that nothing scored has no verdict. A failure costs the report only.
func (e *env) recordVerdicts(ctx context.Context, out *eval.Outcome) {
	cfg, err := e.config()
	if err != nil || cfg.Ledger.Off || out.Dir == "" || ctx.Err() != nil {
		return
	}
	if err := e.setPassed(ctx, out.Dir); err != nil && !errors.Is(err, ledger.ErrNotFound) {
		e.notice("warning: the ledger does not know which calls passed: %v", err)
	}
}

func (e *env) setPassed(ctx context.Context, run string) error {
	l, err := (&lazyLedger{e: e}).existing(ctx)
	if err != nil {
		return err
	}
	verdicts := map[string]bool{}
	for r, err := range eval.Records(run) {
		if err != nil {
			return err
		}
		if r.TraceID != "" && (len(r.Scores) > 0 || r.Error != nil) {
			verdicts[r.TraceID] = r.Passed()
		}
	}
	return l.SetPassed(ctx, verdicts)
}

package cli

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// dryEngine composes calls as the engine does, and sends none.
func (e *env) dryEngine(cfg *config.Config) func(ctx context.Context, call engine.Call) (*engine.Result, error) {
	return e.compose(cfg, nil)
}

// compose gives the requests of calls without sending them. A window that is not nil refuses or shortens those
// that are too long.
func (e *env) compose(cfg *config.Config, window *engine.Window) func(ctx context.Context, call engine.Call) (*engine.Result, error) {
	routing, err := e.routing()
	if err != nil {
		return func(context.Context, engine.Call) (*engine.Result, error) { return &engine.Result{}, err }
	}
	return estimate.Dry(engine.Config{Prompts: lazyPrompts{e}, Model: cfg.Model, Aliases: oneModel(cfg), Routing: routing, Window: window})
}

// modelRefs resolves aliases.
func (e *env) modelRefs(names []string) ([]string, error) {
	refs := make([]string, len(names))
	for i, name := range names {
		ref, err := e.modelRef(name)
		if err != nil {
			return nil, err
		}
		refs[i] = ref
	}
	return refs, nil
}

// histories are where the lengths of answers are looked up, in this order.
func (e *env) histories(_ context.Context, cfg *config.Config) []estimate.History {
	return []estimate.History{
		estimate.LedgerHistory{Ledger: existingLedger{e}},
		estimate.RunHistory{Root: filepath.Join(cfg.State, "runs"), Tokens: countAnswer},
	}
}

// countAnswer counts a recorded text; 0 when the model's tokenizer is not known.
func countAnswer(model, text string) int {
	c, err := tokens.For(model)
	if err != nil {
		return 0
	}
	return c.Count(text)
}

// existingLedger is the ledger if there is one; a question begins none.
type existingLedger struct{ e *env }

// List implements estimate.Calls.
func (l existingLedger) List(ctx context.Context, f ledger.Filter) ([]ledger.Record, error) {
	open, err := (&lazyLedger{e: l.e}).existing(ctx)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return open.List(ctx, f)
}

// corrections tells how far estimated counts were off in earlier runs.
func (e *env) corrections(cfg *config.Config) func(model string) float64 {
	past := sync.OnceValue(func() []estimate.Kept {
		list, err := estimate.Past(filepath.Join(cfg.State, "runs"))
		if err != nil {
			e.notice("warning: earlier estimates: %v", err)
		}
		return list
	})
	return func(model string) float64 { return estimate.Correction(past(), model) }
}

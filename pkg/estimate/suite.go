package estimate

import (
	"context"
	"errors"
	"os"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// Emit takes a call of a workload. It may be called from several goroutines at once.
type Emit func(ctx context.Context, call Call) error

// Suite gives the calls that a run of a suite makes. They come from eval.Run itself, by a caller that
// answers none of them, so that they are the very calls of a run, repeats included. The run's directory is
// a temporary one. model is as for eval.Config.
func Suite(ctx context.Context, s *eval.Suite, prompts eval.Prompts, model string, emit Emit) error {
	root, err := os.MkdirTemp("", "llmops-estimate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root) //nolint:errcheck // it is temporary
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ask := func(ctx context.Context, call engine.Call) error {
		if err := emit(ctx, Call{Call: call, Suite: s.Name}); err != nil {
			cancel(err)
		}
		return errDry
	}
	_, err = eval.Run(ctx, s, eval.Config{Caller: dryCaller(ask), Prompts: prompts, Root: root, Model: model, Concurrency: 2})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}

type dryCaller func(ctx context.Context, call engine.Call) error

// Generate implements eval.Caller.
func (d dryCaller) Generate(ctx context.Context, call engine.Call) (*engine.Result, error) {
	return nil, d(ctx, call)
}

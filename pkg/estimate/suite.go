package estimate

import (
	"cmp"
	"context"
	"errors"
	"os"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/score"
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
	_, err = eval.Run(ctx, s, eval.Config{
		Caller: dryCaller(ask), Prompts: prompts, Tools: dryTools(prompts), Root: root, Model: model, Concurrency: 2,
	})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}

// dryTools bind the scorers of a suite, which have nothing to score where no call is answered.
func dryTools(prompts eval.Prompts) score.Tools {
	return score.Tools{
		Prompt: func(ref, model string) (score.Judge, error) {
			v, err := score.FindPrompt(prompts, ref)
			if err != nil {
				return score.Judge{}, err
			}
			return score.Judge{Prompt: v, Model: cmp.Or(model, v.Model)}, nil
		},
		Judge:     func(context.Context, score.Ask) (*score.Reply, error) { return nil, errDry },
		Embed:     func(context.Context, score.EmbedAsk) (*score.Vectors, error) { return nil, errDry },
		Count:     func(string, string) (int, error) { return 0, errDry },
		AllowExec: true,
	}
}

type dryCaller func(ctx context.Context, call engine.Call) error

// Generate implements eval.Caller.
func (d dryCaller) Generate(ctx context.Context, call engine.Call) (*engine.Result, error) {
	return nil, d(ctx, call)
}

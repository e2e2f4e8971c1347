package cli

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// batchEstimate is what an input comes to.
type batchEstimate struct {
	models    []estimate.Estimate
	discounts []estimate.Estimate // the same at the price of the providers' batch services; nil: not asked for
	problems  int                 // mistakes in the input
}

// estimateBatch estimates all records of the input, on all cores. Mistakes are told to problem; nil keeps
// quiet about them, and leaves the batch services out.
func (e *env) estimateBatch(ctx context.Context, o batchRunOptions, bc batch.Config, problem func(error)) (*batchEstimate, error) {
	window, err := e.dryWindow()
	if err != nil {
		return nil, err
	}
	var ests []*estimate.Estimator
	for _, service := range []bool{false, true} {
		if service && problem == nil {
			break
		}
		f := estimateFlags{batch: service, window: window}
		if o.model != "" {
			f.models = []string{o.model}
		}
		est, err := e.estimator(ctx, f, time.Now())
		if err != nil {
			return nil, err
		}
		ests = append(ests, est)
	}
	out := &batchEstimate{}
	if err := out.read(ctx, bc, ests, problem); err != nil {
		return nil, err
	}
	out.models = ests[0].Models()
	if len(ests) > 1 {
		out.discounts = ests[1].Models()
	}
	return out, nil
}

// dryWindow refuses or cuts what is too long, as the run will. Summaries are not written: there calls count as they are.
func (e *env) dryWindow() (*engine.Window, error) {
	chains, err := e.chains()
	if err != nil {
		return nil, err
	}
	w, err := e.window(chains)
	if err == nil && w.Strategy == engine.Summarize {
		return nil, nil //nolint:nilnil // it is engine.Config's way to say that there is none
	}
	return w, err
}

// discount is the estimate of a model at the price of its provider's batch service.
func (b *batchEstimate) discount(model string) estimate.Estimate {
	i := slices.IndexFunc(b.discounts, func(d estimate.Estimate) bool { return d.Model == model })
	if i < 0 {
		return estimate.Estimate{Model: model}
	}
	return b.discounts[i]
}

func (b *batchEstimate) read(ctx context.Context, bc batch.Config, ests []*estimate.Estimator, problem func(error)) error {
	var mu sync.Mutex
	bad := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		b.problems++
		if problem != nil {
			problem(err)
		}
	}
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(runtime.GOMAXPROCS(0))
	err := batch.Each(ctx, bc.Input, bc.Settings, func(it batch.Item) error {
		if it.Err != nil {
			bad(it.Err)
			return nil
		}
		workers.Go(func() error {
			err := addAll(ctx, ests, it.Call)
			_, isUser := errors.AsType[*diag.Error](err)
			if !isUser && !errors.Is(err, llm.ErrContextWindow) || errors.Is(err, estimate.ErrUnknownTokenizer) {
				return err
			}
			bad(bc.Input.At(it, err))
			return nil
		})
		return nil
	}, func(it batch.Item) { bad(it.Err) })
	if workErr := workers.Wait(); workErr != nil {
		return workErr // it has stopped the reading
	}
	return err
}

func addAll(ctx context.Context, ests []*estimate.Estimator, call engine.Call) error {
	for _, est := range ests {
		if err := est.Add(ctx, estimate.Call{Call: call}); err != nil {
			return err
		}
	}
	return nil
}

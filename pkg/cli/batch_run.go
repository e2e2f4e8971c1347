package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/oklog/ulid/v2"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/quota"
)

func runBatch(ctx context.Context, e *env, o batchRunOptions, path string) error {
	if err := o.check(); err != nil {
		return err
	}
	cfg, err := e.config()
	if err != nil {
		return err
	}
	bar := newBatchProgress(e, o.jsonProgress)
	bc, err := e.batchConfig(o, path, cfg)
	if err != nil {
		return err
	}
	bc.Landing = func(underWay int) { bar.landing(underWay, o.grace) }
	e.grace.Store(int64(o.grace))
	collect := batchCollector()
	bc.Progress, bc.Problem = func(p batch.Progress) { collect(p); bar.show(p) }, bar.problem
	if o.dryRun {
		return e.dryBatch(ctx, o, bc)
	}
	eng, err := e.engine(ctx, engineOptions{
		timeouts: provider.Timeouts{Total: o.timeout}, attempts: o.attempts, around: bc.Throttle.Middleware(),
	})
	if err != nil {
		return err
	}
	job, err := batch.Open(bc)
	if err != nil {
		return err
	}
	defer job.Close() //nolint:errcheck // a run that wrote has synced, and has said what went wrong
	caller, err := e.batchBudget(ctx, o, bc, job.Before(), eng)
	if err != nil {
		return err
	}
	if n := job.Repaired(); n > 0 {
		e.notice("%s: the last record was cut off; %d bytes of it are removed", o.output, n)
	}
	if n := job.Before().Records; n > 0 {
		e.info("going on with %s: %s there already", o.output, plural(n, "record"))
	}
	sum, err := job.Run(ctx, caller)
	bar.end()
	if sum == nil {
		return err
	}
	if printErr := e.printBatch(o, sum); printErr != nil {
		return printErr
	}
	return e.batchVerdict(ctx, o, path, sum, err)
}

// batchConfig puts together what the flags say.
func (e *env) batchConfig(o batchRunOptions, path string, cfg *config.Config) (batch.Config, error) {
	fields, err := o.mapping()
	if err != nil {
		return batch.Config{}, err
	}
	limit, err := batch.ParseMaxErrors(o.maxErrors)
	if err != nil {
		return batch.Config{}, diag.Errorf("--max-errors: %w", err).WithHint("%s", diag.HintOf(err))
	}
	settings := batch.Settings{
		Prompt: o.prompt, Model: o.model, Map: fields, ID: o.id, Task: o.task, Tenant: cfg.Tenant, Run: "batch-" + ulid.Make().String(),
	}
	if err := e.resolveBatchPrompt(&settings); err != nil {
		return batch.Config{}, err
	}
	throttle := batch.NewThrottle(batch.ThrottleConfig{
		Concurrency: o.concurrency, Stream: o.stream, Elsewhere: gateway.Elsewhere,
		Limits: quota.Limits{RequestsPerMinute: o.rpm, TokensPerMinute: o.tpm, RequestsPerDay: o.rpd},
	})
	in := batch.Input{Name: path, Path: path, Format: batch.Format(o.format)}
	if path == "-" {
		in = batch.Input{Name: "standard input", Reader: e.in, Format: in.Format}
	}
	return batch.Config{
		Input: in, Settings: settings, Output: o.output, Errors: o.errors, Fresh: !o.resume, Order: batch.Order(o.order),
		Concurrency: o.concurrency, Throttle: throttle, Grace: o.grace, MaxErrors: limit, LongWait: cfg.Retry.MaxRetryAfter,
	}, nil
}

// resolveBatchPrompt settles the version for the whole batch, unless an experiment splits the prompt: then
// each record gets its version by its id.
func (e *env) resolveBatchPrompt(s *batch.Settings) error {
	if s.Prompt == "" {
		return nil
	}
	prompts := lazyPrompts{e}
	if !strings.Contains(s.Prompt, "@") {
		if experiment, err := prompts.ExperimentOn(s.Prompt); err != nil || experiment != nil {
			return err
		}
	}
	v, err := prompts.Resolve(s.Prompt)
	s.Version = v
	return err
}

// batchVerdict says how to go on where there is something left, and gives the error that ends the command.
func (e *env) batchVerdict(ctx context.Context, o batchRunOptions, path string, sum *batch.Summary, err error) error {
	if err != nil {
		stopped := ctx.Err() != nil
		if stopped {
			e.notice("stopped; what is finished is kept")
		}
		e.notice("go on with: %s", e.again(append([]string{"batch", "run", path}, o.flags...)...))
		switch {
		case stopped:
			return &silentError{err}
		case errors.Is(err, batch.ErrTooMany):
			return &codedError{exitItems, err}
		case errors.Is(err, batch.ErrLongWait):
			return &codedError{exitBudget, err}
		}
		return err
	}
	switch {
	case sum.Failed > 0 && sum.NoRecord > 0:
		err = fmt.Errorf("%s failed, and %s in the input without a record", plural(sum.Failed, "record"), plural(sum.NoRecord, "mistake"))
	case sum.Failed > 0:
		err = fmt.Errorf("%s failed", plural(sum.Failed, "record"))
	case sum.Problems > 0:
		err = fmt.Errorf("%s in the input", plural(sum.Problems, "mistake"))
	default:
		return nil
	}
	return &codedError{exitItems, err}
}

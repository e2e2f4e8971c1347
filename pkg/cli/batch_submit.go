package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
)

// batchSubmitOptions are the flags of batch submit: some of those of batch run.
type batchSubmitOptions struct {
	batchRunOptions
	again bool
}

func newBatchSubmit(e *env) *cobra.Command {
	var o batchSubmitOptions
	cmd := &cobra.Command{
		Use:   "submit IN|-",
		Short: "Hand a batch over to the provider's batch API, at half the price",
		Long: `Hand a batch over to OpenAI's Batch API or Anthropic's Message Batches: half
the price, answers within 24 hours. IN is what batch run takes. What was done
stands in OUT.batch; batch fetch writes the answers to OUT.

Run the same command again after it was stopped: what the provider has is not
handed over twice. On another machine copy OUT.batch, and IN if there is more
to hand over.`,
		Example: `  llmops batch submit questions.jsonl -o answers.jsonl -m openai/gpt-4o-mini
  llmops batch submit tickets.csv -o replies.jsonl -p customer-support@^1.0 \
      --map question=body --dry-run
  llmops batch status answers.jsonl --wait
  llmops batch fetch answers.jsonl`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.flags = givenFlags(cmd)
			return runBatchSubmit(cmd.Context(), e, o, args[0])
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.output, "output", "o", "", "`FILE` that batch fetch will write the answers to")
	flags.StringVar(&o.format, "format", "", "`FORMAT` of IN: jsonl, csv or text; by its name if not set")
	flags.StringVarP(&o.prompt, "prompt", "p", "", "`PROMPT` as name@version, filled by each record")
	flags.StringVarP(&o.model, "model", "m", "", "ask this `MODEL`, whatever records and prompt name")
	flags.StringArrayVar(&o.fields, "map", nil, "take a variable from a field, `VARIABLE=FIELD` (repeatable)")
	flags.StringVar(&o.id, "id", "", "`FIELD` that holds the id")
	flags.StringVar(&o.maxCost, "max-cost", "", "hand nothing over that is expected to cost more `DOLLARS`")
	flags.BoolVar(&o.again, "again", false, "hand over again what may be there already; it may cost twice")
	flags.BoolVar(&o.dryRun, "dry-run", false, "count records, tokens and cost; send nothing")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	return cmd
}

func runBatchSubmit(ctx context.Context, e *env, o batchSubmitOptions, path string) error {
	o.concurrency, o.attempts, o.order = 1, 1, string(batch.ByInput)
	if err := o.check(); err != nil {
		return err
	}
	cfg, err := e.config()
	if err != nil {
		return err
	}
	bc, err := e.batchConfig(o.batchRunOptions, path, cfg)
	if err != nil {
		return err
	}
	c, err := e.remoteBatches(ctx)
	if err != nil {
		return err
	}
	if err := e.reachable(c, o.model); err != nil {
		return err
	}
	window, err := e.submitWindow()
	if err != nil {
		return err
	}
	bar := newBatchProgress(e, false)
	if o.dryRun {
		bc.Problem = bar.problem
		defer bar.end()
		return e.dryBatch(ctx, o.batchRunOptions, bc)
	}
	if s, err := remote.LoadState(o.output); err != nil || !s.Planned { // else it was said before
		if err := e.submitCost(ctx, o, bc); err != nil {
			return err
		}
	}
	state, err := c.Submit(ctx, remote.Submission{
		Input: bc.Input, Settings: bc.Settings, Output: o.output, Compose: e.compose(cfg, window), Problem: bar.problem, Again: o.again,
	})
	bar.end()
	return e.submitVerdict(ctx, o, path, state, bar.problems, err)
}

// submitWindow says what becomes of records that are too long. No other model stands ready at a batch API, and
// nobody to write summaries: there they are refused.
func (e *env) submitWindow() (*engine.Window, error) {
	w, err := e.window(gateway.Chains{})
	if err == nil && w.Strategy == engine.Summarize {
		w.Strategy = engine.WindowError
	}
	return w, err
}

// reachable finds out about a missing key or batch API before anything is read.
func (e *env) reachable(c *remote.Client, model string) error {
	if model == "" {
		return nil // records and prompts name theirs
	}
	ref, err := e.modelRef(model)
	if err != nil {
		return err
	}
	_, err = c.Open(ref)
	return err
}

// submitVerdict prints what was handed over, and how to go on.
func (e *env) submitVerdict(ctx context.Context, o batchSubmitOptions, path string, s *remote.State, problems int, err error) error {
	if s == nil {
		return err
	}
	if err != nil {
		e.notice("go on with: %s", e.again(append([]string{"batch", "submit", path}, o.flags...)...))
		if ctx.Err() != nil {
			return &silentError{err}
		}
		return err
	}
	if err := e.printBatchState(o.output, s, o.json); err != nil {
		return err
	}
	if !s.Fetched() {
		e.info("fetch the answers when it has ended: %s", e.again("batch", "fetch", o.output, "--wait"))
	}
	if problems > 0 {
		return &codedError{exitItems, fmt.Errorf("%s in the input", plural(problems, "mistake"))}
	}
	return nil
}

// submitCost tells the estimated cost, and refuses what is expected to be above --max-cost. Standard input
// cannot be read twice, and so not be estimated.
func (e *env) submitCost(ctx context.Context, o batchSubmitOptions, bc batch.Config) error {
	if bc.Input.Reader != nil {
		if o.maxCost != "" {
			return diag.Errorf("--max-cost cannot hold for standard input, which is read once").WithHint("submit a file")
		}
		return nil
	}
	est, err := e.estimateBatch(ctx, o.batchRunOptions, bc, func(error) {})
	if err != nil {
		if o.maxCost == "" { // a model whose tokens cannot be counted, say
			e.info("the cost cannot be estimated: %v", err)
			return nil
		}
		return err
	}
	cost, unpriced := sumCost(est.discounts)
	if cost == nil {
		if o.maxCost != "" && unpriced != nil {
			return unpricedBatch(unpriced.Model, unpriced.Unpriced)
		}
		return nil
	}
	e.info("estimated cost at the batch price: %s", costBand(cost))
	if o.maxCost == "" {
		return nil
	}
	limit, err := parseDollars("--max-cost", o.maxCost)
	if err == nil && cost.Expected > *limit {
		err = &codedError{exitBudget, fmt.Errorf("the batch is expected to cost %s, above --max-cost %s; nothing was sent", dollars(cost.Expected), *limit)}
	}
	return err
}

// sumCost adds up the models' costs; nil, and the first model without, when there is one.
func sumCost(models []estimate.Estimate) (*estimate.Cost, *estimate.Estimate) {
	if len(models) == 0 {
		return nil, nil
	}
	var all estimate.Cost
	for i, m := range models {
		if m.Cost == nil {
			return nil, &models[i]
		}
		all = estimate.Cost{Low: all.Low + m.Cost.Low, Expected: all.Expected + m.Cost.Expected, High: all.High + m.Cost.High}
	}
	return &all, nil
}

package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// estimateFlags are the flags that estimates have in common.
type estimateFlags struct {
	models       []string
	vars         []string
	varsFile     string
	batch        bool
	cachedShare  float64
	outputTokens int64
	maxTokens    int
	perDay       int64
	at           string
	json         bool

	window *engine.Window // what becomes of calls that are too long; nil: they are counted as they are
}

func (f *estimateFlags) declare(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.models, "model", "m", nil, "estimate for this `MODEL` (repeatable)")
	flags.StringArrayVar(&f.vars, "var", nil, "variable of the prompt as `NAME=VALUE` (repeatable)")
	flags.StringVar(&f.varsFile, "vars", "", "variables of the prompt from a JSON or YAML `FILE`")
	flags.BoolVar(&f.batch, "batch", false, "at the price of the provider's batch service")
	flags.Float64Var(&f.cachedShare, "cached-share", 0, "`SHARE` of the input, 0 to 1, that the provider has in its cache")
	flags.Int64Var(&f.outputTokens, "output-tokens", 0, "every answer has `N` tokens, instead of a prediction")
	flags.IntVar(&f.maxTokens, "max-tokens", 0, "most `TOKENS` of an answer, where the call sets no limit")
	flags.Int64Var(&f.perDay, "requests-per-day", 0, "the cost of a month with `N` such requests a day")
	flags.StringVar(&f.at, "at", "", "the prices of this `DATE`; today's if not set")
	flags.BoolVar(&f.json, "json", false, "print as JSON")
}

func (f *estimateFlags) check() error {
	switch {
	case !(f.cachedShare >= 0 && f.cachedShare <= 1):
		return diag.Errorf("--cached-share %g is not between 0 and 1", f.cachedShare)
	case f.outputTokens < 0 || f.maxTokens < 0 || f.perDay < 0:
		return diag.Errorf("--output-tokens, --max-tokens and --requests-per-day want numbers from 0 on")
	case f.perDay > 1e12:
		return diag.Errorf("--requests-per-day %d is more than any service answers", f.perDay)
	}
	return nil
}

// time is the moment whose prices are taken.
func (f *estimateFlags) time() (time.Time, error) {
	if f.at == "" {
		return time.Now(), nil
	}
	return parseDay("--at", f.at)
}

// estimateOptions are the flags of cost estimate.
type estimateOptions struct {
	estimateFlags
	prompt  string
	trace   string
	rpm     int64
	tpm     int64
	maxCost string
}

func newCostEstimate(e *env) *cobra.Command {
	var o estimateOptions
	cmd := &cobra.Command{
		Use:   "estimate [SUITE|FILE.jsonl]",
		Short: "Estimate a suite, a batch file, a prompt or a month's load before it runs",
		Long: `Estimate what a workload will cost: an eval suite, a batch file, a prompt
(--prompt) or a trace of requests (--trace). Every request is composed and
counted as it would be sent; nothing is sent. The length of answers comes from
the ledger's calls of that prompt and model, else from eval runs, else it is
the limit (max tokens). Models are put side by side.`,
		Example: `  llmops cost estimate customer-support -m openai/gpt-4o-mini \
    -m gemini/gemini-2.5-pro
  llmops cost estimate --prompt customer-support@1.1.0 --var question=Hi \
    --requests-per-day 10000
  llmops cost estimate requests.jsonl -m openai/gpt-4o --batch --max-cost 20
  llmops cost estimate --trace requests.csv -m openai/gpt-4o --tpm 200000`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCostEstimate(cmd.Context(), e, o, strings.Join(args, ""))
		},
		ValidArgsFunction: e.completeSuites,
	}
	o.declare(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.prompt, "prompt", "", "`PROMPT` as name@version; with a batch file, for its records with vars")
	flags.StringVar(&o.trace, "trace", "", "CSV `FILE` with the input and output tokens of requests")
	flags.Int64Var(&o.rpm, "rpm", 0, "rate limit in requests a minute, for the time that it takes")
	flags.Int64Var(&o.tpm, "tpm", 0, "rate limit in tokens a minute")
	flags.StringVar(&o.maxCost, "max-cost", "", "fail with exit code 7 if more than these `DOLLARS` are expected")
	return cmd
}

func runCostEstimate(ctx context.Context, e *env, o estimateOptions, arg string) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.rpm < 0 || o.tpm < 0 {
		return diag.Errorf("--rpm and --tpm want numbers from 0 on")
	}
	var limit *llm.Money
	if o.maxCost != "" {
		var err error
		if limit, err = parseDollars("--max-cost", o.maxCost); err != nil {
			return err
		}
	}
	at, err := o.time()
	if err != nil {
		return err
	}
	w, err := e.workload(o, arg)
	if err != nil {
		return err
	}
	est, err := e.estimator(ctx, o.estimateFlags, at)
	if err != nil {
		return err
	}
	if err := w.run(ctx, est); err != nil {
		return err
	}
	doc := newEstimateJSON(o, w, est.Models(), at)
	if err := e.printEstimate(o, doc); err != nil {
		return err
	}
	return overLimit(doc, limit)
}

// overLimit fails when a run by a model, its judges included, is expected to cost more than allowed, in a
// month where one is asked for.
func overLimit(doc estimateJSON, limit *llm.Money) error {
	if limit == nil {
		return nil
	}
	judges := llm.Money(0)
	for _, m := range slices.Backward(doc.Models) { // judges stand last
		cost := m.Cost
		if doc.PerDay > 0 {
			cost = m.Month
		}
		if cost == nil {
			return diag.Errorf("%s is unpriced, so --max-cost %s cannot be checked", m.Model, *limit).WithHint("set its price under prices: in llmops.yaml")
		}
		expected := cost.Expected + judges
		if m.Judge {
			judges = expected
		}
		if expected > *limit {
			return &codedError{exitBudget, fmt.Errorf("%s is expected to cost %s, above --max-cost %s", m.name(), dollars(expected), *limit)}
		}
	}
	return nil
}

// estimator puts an Estimator together from flags, configuration and records.
func (e *env) estimator(ctx context.Context, f estimateFlags, at time.Time) (*estimate.Estimator, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	prices, err := e.priceCatalog(time.Now())
	if err != nil {
		return nil, err
	}
	models, err := e.modelRefs(f.models)
	if err != nil {
		return nil, err
	}
	return estimate.New(estimate.Config{
		Compose: e.compose(cfg, f.window), Models: models, Prices: prices, Options: pricing.Options{At: at, Batch: f.batch},
		Histories: e.histories(ctx, cfg), OutputTokens: f.outputTokens, MaxTokens: f.maxTokens, CachedShare: f.cachedShare,
		Inputs: e.corrections(cfg),
	}), nil
}

package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
)

// dryBatchJSON is what batch run --dry-run --json prints.
type dryBatchJSON struct {
	Schema   string         `json:"schema"` // "llmops.batch.estimate/v1"
	Records  int64          `json:"records"`
	Problems int            `json:"input_problems"`
	Models   []dryModelJSON `json:"models"`
	// Duration is the shortest time that the limits allow, in seconds; null without limits.
	Duration *dryDuration `json:"duration_s"`
}

type dryModelJSON struct {
	Model     string         `json:"model"`
	Records   int64          `json:"records"`
	Input     estimate.Band  `json:"input_tokens"`
	Output    *estimate.Band `json:"output_tokens"` // null when unknown
	Estimated bool           `json:"input_estimated"`
	Limit     bool           `json:"output_is_limit"` // answers are taken to be as long as they may be
	Cost      *estimate.Cost `json:"cost_usd"`        // null when unpriced
	Unpriced  string         `json:"unpriced,omitempty"`
	// Batch is the cost at the provider's batch service; null when it has none, and NoBatch says why.
	Batch   *estimate.Cost `json:"batch_api_cost_usd"`
	NoBatch string         `json:"batch_api_unpriced,omitempty"`
}

type dryDuration struct {
	Low      float64 `json:"low"`
	Expected float64 `json:"expected"`
	High     float64 `json:"high"`
}

// dryBatch counts what a batch would be.
func (e *env) dryBatch(ctx context.Context, o batchRunOptions, bc batch.Config) error {
	est, err := e.estimateBatch(ctx, o, bc, bc.Problem)
	if err != nil {
		return err
	}
	doc := dryBatchJSON{Schema: "llmops.batch.estimate/v1", Problems: est.problems, Models: []dryModelJSON{}, Duration: o.duration(est.models)}
	for _, m := range est.models {
		doc.Records += m.Calls
		cheap := est.discount(m.Model)
		doc.Models = append(doc.Models, dryModelJSON{
			m.Model, m.Calls, m.Input, m.Output, m.Estimated, m.Output != nil && !m.Predicted(), m.Cost, m.Unpriced, cheap.Cost, cheap.Unpriced,
		})
	}
	if err := e.printDryBatch(o, doc); err != nil {
		return err
	}
	if est.problems > 0 {
		return &codedError{exitItems, fmt.Errorf("%s in the input", plural(est.problems, "mistake"))}
	}
	return nil
}

// duration is how long the limits make the batch take; limits hold for all its models together.
func (o *batchRunOptions) duration(models []estimate.Estimate) *dryDuration {
	if o.rpm == 0 && o.tpm == 0 && o.rpd == 0 {
		return nil
	}
	var d dryDuration
	calls := int64(0)
	for _, m := range models {
		low, expected, high := m.Duration(estimate.Limits{RequestsPerMinute: o.rpm, TokensPerMinute: o.tpm})
		d.Low, d.Expected, d.High = d.Low+low.Seconds(), d.Expected+expected.Seconds(), d.High+high.Seconds()
		calls += m.Calls
	}
	if o.rpd > 0 && calls > 0 {
		days := float64((calls-1)/o.rpd) * (24 * time.Hour).Seconds()
		d.Low, d.Expected, d.High = max(d.Low, days), max(d.Expected, days), max(d.High, days)
	}
	return &d
}

func (e *env) printDryBatch(o batchRunOptions, doc dryBatchJSON) error {
	if o.json {
		return writeJSON(e.out, doc)
	}
	p := lines{w: e.out}
	p.line("%s; nothing was sent", plural(doc.Records, "record"))
	for _, m := range doc.Models {
		p.line("%s", m.Model)
		p.line("  input    %s", bandText(&m.Input))
		p.line("  output   %s", bandText(m.Output))
		if m.Limit {
			p.line("           answers are taken to be as long as they may be: a smaller max_tokens, or")
			p.line("           calls on record, narrow it")
		}
		if m.Cost == nil {
			p.line("  cost     unpriced: %s", m.Unpriced)
			continue
		}
		p.line("  cost     %s", costBand(m.Cost))
		if m.Batch != nil {
			p.line("  batch    %s at the provider's batch API, within 24 hours", costBand(m.Batch))
		} else {
			p.line("  batch    %s", m.NoBatch)
		}
	}
	if d := doc.Duration; d != nil {
		p.line("at the limits it takes %s (%s to %s) or longer", seconds(d.Expected), seconds(d.Low), seconds(d.High))
	}
	return p.err
}

func costBand(c *estimate.Cost) string {
	if c.Low == c.High {
		return dollars(c.Expected)
	}
	return fmt.Sprintf("%s (%s to %s)", dollars(c.Expected), dollars(c.Low), dollars(c.High))
}

func bandText(b *estimate.Band) string {
	switch {
	case b == nil:
		return "unknown"
	case b.Low == b.High:
		return plural(b.Expected, "token")
	}
	return fmt.Sprintf("%s (%s to %s)", plural(b.Expected, "token"), grouped(b.Low), grouped(b.High))
}

func seconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}

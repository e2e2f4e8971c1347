package cli

import (
	"context"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
)

// drySubmitJSON is what batch submit --dry-run --json prints.
type drySubmitJSON struct {
	Schema   string          `json:"schema"` // "llmops.batch.submit.estimate/v1"
	Records  int64           `json:"records"`
	Problems int             `json:"input_problems"`
	Models   []drySubmitPart `json:"models"`
}

type drySubmitPart struct {
	Model    string         `json:"model"`
	Records  int64          `json:"records"`
	Input    estimate.Band  `json:"input_tokens"`
	Output   *estimate.Band `json:"output_tokens"` // null when unknown
	Cost     *estimate.Cost `json:"cost_usd"`      // at the batch price; null when unpriced
	Unpriced string         `json:"unpriced,omitempty"`
	Ordinary *estimate.Cost `json:"ordinary_cost_usd"` // what batch run would cost; null when unpriced
}

// dryBatchAPI counts what a submitted batch would be, beside what batch run would cost.
func (e *env) dryBatchAPI(ctx context.Context, o batchSubmitOptions, bc batch.Config) error {
	if bc.Input.Reader != nil {
		return diag.Errorf("standard input cannot be read twice, and so not be estimated").WithHint("name a file")
	}
	half, problems, err := e.estimateBatchAPI(ctx, o, bc, true, bc.Problem)
	if err != nil {
		return err
	}
	whole, _, err := e.estimateBatchAPI(ctx, o, bc, false, func(error) {})
	if err != nil {
		return err
	}
	doc := drySubmitJSON{Schema: "llmops.batch.submit.estimate/v1", Problems: problems, Models: []drySubmitPart{}}
	for i, m := range half {
		doc.Records += m.Calls
		doc.Models = append(doc.Models, drySubmitPart{m.Model, m.Calls, m.Input, m.Output, m.Cost, m.Unpriced, whole[i].Cost})
	}
	if err := e.printDrySubmit(o, doc); err != nil {
		return err
	}
	if problems > 0 {
		return &codedError{exitItems, fmt.Errorf("%s in the input", plural(problems, "mistake"))}
	}
	return nil
}

func (e *env) printDrySubmit(o batchSubmitOptions, doc drySubmitJSON) error {
	if o.json {
		return writeJSON(e.out, doc)
	}
	p := lines{w: e.out}
	p.line("%s; nothing was sent", plural(doc.Records, "record"))
	for _, m := range doc.Models {
		p.line("%s", m.Model)
		p.line("  input        %s", bandText(&m.Input))
		p.line("  output       %s", bandText(m.Output))
		if m.Cost == nil {
			p.line("  batch price  unpriced: %s", m.Unpriced)
		} else {
			p.line("  batch price  %s (%s to %s)", dollars(m.Cost.Expected), dollars(m.Cost.Low), dollars(m.Cost.High))
		}
		if m.Ordinary != nil {
			p.line("  batch run    %s (%s to %s)", dollars(m.Ordinary.Expected), dollars(m.Ordinary.Low), dollars(m.Ordinary.High))
		}
	}
	return p.err
}

package cli

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/estimate"
)

// estimateJSON is what cost estimate prints.
type estimateJSON struct {
	Schema string              `json:"schema"`
	Kind   string              `json:"kind"` // "suite", "batch", "prompt" or "trace"
	Name   string              `json:"name"`
	At     string              `json:"prices_at"`
	Batch  bool                `json:"batch"`
	Cached float64             `json:"cached_share"`
	PerDay int64               `json:"requests_per_day,omitempty"`
	Days   int                 `json:"days_per_month,omitempty"`
	Trace  *traceJSON          `json:"trace,omitempty"`
	Models []modelEstimateJSON `json:"models"`

	asked  int  // how many models answer
	mixed  bool // each call went to one of the models; else each went to all
	judged bool // there are judges' calls too
}

type traceJSON struct {
	Requests int64  `json:"requests"`
	Input    int64  `json:"input_tokens"`
	Output   int64  `json:"output_tokens"`
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"`
}

type modelEstimateJSON struct {
	Model     string             `json:"model"`
	Judge     bool               `json:"judge,omitempty"` // the calls of scorers, which are made in a run by any model
	Calls     int64              `json:"calls"`
	Encoding  string             `json:"encoding,omitempty"`
	Estimated bool               `json:"input_estimated"`
	Input     estimate.Band      `json:"input_tokens"`
	Output    *estimate.Band     `json:"output_tokens"` // null when unknown
	Cost      *estimate.Cost     `json:"cost_usd"`      // null when unpriced
	Unpriced  string             `json:"unpriced,omitempty"`
	PerCall   *estimate.Cost     `json:"per_call_usd"`
	Month     *estimate.Cost     `json:"month_usd,omitempty"`
	Seconds   *secondsJSON       `json:"seconds,omitempty"` // at the given rate limits
	Retries   float64            `json:"retries_per_call"`
	Answers   []estimate.Answers `json:"answers"`
	Notes     []string           `json:"notes"`

	limited [3]time.Duration
}

type secondsJSON struct {
	Low      float64 `json:"low"`
	Expected float64 `json:"expected"`
	High     float64 `json:"high"`
}

func newEstimateJSON(o estimateOptions, w *workload, models []estimate.Estimate, at time.Time) estimateJSON {
	doc := estimateJSON{
		Schema: "llmops.cost.estimate/v1", Kind: w.Kind, Name: w.Name, At: at.UTC().Format(time.DateOnly), Batch: o.batch,
		Cached: o.cachedShare, PerDay: o.perDay, Models: make([]modelEstimateJSON, len(models)),
	}
	for _, m := range models {
		if m.Judge {
			doc.judged = true
		} else {
			doc.asked++
		}
	}
	doc.mixed = len(o.models) == 0 && doc.asked > 1
	if o.perDay > 0 {
		doc.Days = month
	}
	if w.Kind == "trace" {
		t := w.traced
		doc.Trace = &traceJSON{Requests: t.Requests, Input: t.Input, Output: t.Output}
		if !t.From.IsZero() {
			doc.Trace.From, doc.Trace.To = t.From.Format(time.RFC3339), t.To.Format(time.RFC3339)
		}
	}
	for i, m := range models {
		doc.Models[i] = newModelEstimateJSON(o, m)
	}
	return doc
}

func newModelEstimateJSON(o estimateOptions, m estimate.Estimate) modelEstimateJSON {
	j := modelEstimateJSON{
		Model: m.Model, Judge: m.Judge, Calls: m.Calls, Encoding: m.Encoding, Estimated: m.Estimated, Input: m.Input, Output: m.Output, Cost: m.Cost,
		Unpriced: m.Unpriced, PerCall: m.Cost.Scale(1, m.Calls), Retries: m.Retries, Answers: m.Answers, Notes: m.Notes,
	}
	if j.Answers == nil {
		j.Answers = []estimate.Answers{}
	}
	if j.Notes == nil {
		j.Notes = []string{}
	}
	if o.perDay > 0 {
		j.Month = m.Cost.Scale(o.perDay*month, m.Calls)
	}
	if o.rpm > 0 || o.tpm > 0 {
		low, expected, high := m.Duration(estimate.Limits{RequestsPerMinute: o.rpm, TokensPerMinute: o.tpm})
		j.limited = [3]time.Duration{low, expected, high}
		j.Seconds = &secondsJSON{low.Seconds(), expected.Seconds(), high.Seconds()}
	}
	return j
}

// calls is how many calls a run makes: of its model, or of all where each call has one of its own, and of judges.
func (doc estimateJSON) calls() int64 {
	answers, judges := int64(0), int64(0)
	for _, m := range doc.Models {
		switch {
		case m.Judge:
			judges += m.Calls
		case doc.mixed:
			answers += m.Calls
		default:
			answers = m.Calls
		}
	}
	return answers + judges
}

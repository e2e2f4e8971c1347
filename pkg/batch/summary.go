package batch

import (
	"errors"
	"maps"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota"
)

// Summary is what a batch has come to: the whole of it, but for what is said to be of the run. A nil
// number is not known.
type Summary struct {
	Schema    string         `json:"schema"` // "llmops.batch.run/v1"
	Complete  bool           `json:"complete"`
	Records   int            `json:"records"` // in the output
	Succeeded int            `json:"succeeded"`
	Failed    int            `json:"failed"`
	Types     map[string]int `json:"failed_by_type"`
	Problems  int            `json:"input_problems"` // of the run: mistakes in the input, named on standard error
	NoRecord  int            `json:"no_record"`      // those of them that have no record: broken lines, and second ones of an id
	Resumed   int            `json:"resumed"`        // records that were there before the run
	CutOff    int            `json:"cut_off"`        // calls that the end of the run cut off, to be done again

	StandIns *llm.StandIns `json:"stand_ins,omitempty"` // answers by others than the model asked; nil when there are none

	Retries int        `json:"retries"`
	Usage   *llm.Usage `json:"usage"`
	Cost    *llm.Money `json:"cost_usd"`
	Unknown int        `json:"unknown_usage"` // answers that Usage does not have
	// Unpriced are the answers that Cost does not have.
	Unpriced int `json:"unpriced"`

	Latency  Percentiles `json:"latency_ms"` // of answers, without waiting for limits
	TTFT     Percentiles `json:"ttft_ms"`    // of streamed answers
	Duration float64     `json:"duration_s"` // of the run, as all below
	Rate     float64     `json:"records_per_s"`
	Tokens   *float64    `json:"tokens_per_s"` // of output
	Sent     int64       `json:"requests_sent"`
	Limited  int64       `json:"rate_limited"` // answers 429, and overloads
	// Share is how much was used of what the limit of requests or tokens a minute let through in that time
	// (quota.Allowed), of the one that was used more.
	Share *float64 `json:"share_of_limit"`
}

// Percentiles are in milliseconds, within one percent.
type Percentiles struct {
	P50 *float64 `json:"p50"`
	P95 *float64 `json:"p95"`
	P99 *float64 `json:"p99"`
}

func (h *histogram) percentiles() Percentiles {
	return Percentiles{h.percentile(0.5), h.percentile(0.95), h.percentile(0.99)}
}

func (t *tally) summary() Summary {
	c := t.clone()
	types := c.types
	if types == nil {
		types = map[string]int{}
	}
	return Summary{
		Schema: "llmops.batch.run/v1", Records: c.succeeded + c.failed, Succeeded: c.succeeded, Failed: c.failed,
		Types: maps.Clone(types), StandIns: c.standIns.Any(), Retries: c.retries, Usage: c.usage, Cost: c.cost, Unknown: c.unknown, Unpriced: c.unpriced,
		Latency: c.latency.percentiles(), TTFT: c.ttft.percentiles(),
	}
}

// finish puts the output in order when it is whole, and sums up. cause is why the run ended before.
func (r *run) finish(cause error) (*Summary, error) {
	complete := r.whole && cause == nil && r.cutOff == 0
	var errs []error
	if complete && r.cfg.Order != ByCompletion && (r.unsorted || r.before.succeeded+r.before.failed > 0) {
		errs = append(errs, r.arrange())
	}
	if r.out != nil { // not replaced by a sorted one, which is on the disk
		errs = append(errs, r.out.Sync())
	}
	if r.errors != nil {
		errs = append(errs, r.errors.Sync())
	}
	s := r.tally.summary()
	s.Complete, s.Problems, s.NoRecord, s.CutOff = complete, r.problems, r.lost, r.cutOff
	s.Resumed = r.before.succeeded + r.before.failed
	r.measure(&s)
	if err := errors.Join(errs...); cause == nil {
		cause = err
	}
	return &s, cause
}

// measure adds what the run reached.
func (r *run) measure(s *Summary) {
	took := r.cfg.Now().Sub(r.started)
	s.Duration = took.Seconds()
	if took <= 0 {
		return
	}
	s.Rate = float64(r.fresh.succeeded+r.fresh.failed) / took.Seconds()
	if r.fresh.usage != nil {
		rate := float64(r.fresh.usage.Output) / took.Seconds()
		s.Tokens = &rate
	}
	if t := r.cfg.Throttle; t != nil {
		s.Sent, s.Limited = t.sent.Load(), t.limited.Load()
		s.Share = t.share(took, r.fresh.usage)
	}
}

// share is how much of the limits was used, nil without one.
func (t *Throttle) share(took time.Duration, u *llm.Usage) *float64 {
	best, known := 0.0, false
	if limit := t.cfg.Limits.RequestsPerMinute; limit > 0 {
		best, known = float64(t.sent.Load())/quota.Allowed(limit, took), true
	}
	if limit := t.cfg.Limits.TokensPerMinute; limit > 0 && u != nil {
		best, known = max(best, float64(u.Input()+u.Output)/quota.Allowed(limit, took)), true
	}
	if !known {
		return nil
	}
	return &best
}

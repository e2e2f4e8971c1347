package cli

import (
	"encoding/json"
	"strconv"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// reportFigure is a figure that cost report gives of each group as JSON and as CSV, under one name.
type reportFigure struct {
	name string
	json func(b []byte, t *ledger.Total) []byte // null: not known
	csv  func(b []byte, t *ledger.Total) []byte // nothing: not known
}

// reportFigures are all of them, in their order.
func reportFigures() []reportFigure {
	return []reportFigure{
		countOf("calls", func(t *ledger.Total) int64 { return t.Calls }),
		countOf("ok", func(t *ledger.Total) int64 { return t.OK }),
		countOf("incomplete", func(t *ledger.Total) int64 { return t.Incomplete }),
		countOf("failed", func(t *ledger.Total) int64 { return t.Failed }),
		countOf("canceled", func(t *ledger.Total) int64 { return t.Canceled }),
		countOf("input_tokens", func(t *ledger.Total) int64 { return t.Usage.Input() }),
		countOf("cached_input_tokens", func(t *ledger.Total) int64 { return t.Usage.CacheRead }), // the part of the input that the provider's cache had
		countOf("output_tokens", func(t *ledger.Total) int64 { return t.Usage.Output }),
		countOf("calls_without_usage", func(t *ledger.Total) int64 { return t.UnknownUsage }),
		countOf("calls_with_estimated_usage", func(t *ledger.Total) int64 { return t.Estimated }),
		amountOf("cost_usd", func(t *ledger.Total) *llm.Money { return orNil(t.Cost, t.Known()) }), // of the calls with a price; null when none has one
		countOf("unpriced", func(t *ledger.Total) int64 { return t.Unpriced }),
		countOf("unpriced_failed", func(t *ledger.Total) int64 { return t.UnpricedFailed }),
		countOf("cache_hits", func(t *ledger.Total) int64 { return t.CacheHits }),
		countOf("cache_misses", func(t *ledger.Total) int64 { return t.CacheMisses }),
		amountOf("cache_saved_usd", func(t *ledger.Total) *llm.Money { return &t.Saved }),
		countOf("eval_judged", func(t *ledger.Total) int64 { return t.Judged }),
		countOf("eval_passed", func(t *ledger.Total) int64 { return t.Passed }),
		amountOf("cost_per_pass_usd", (*ledger.Total).PerPass), // null when none passed, or a price is missing
		{
			"mean_latency_ms",
			func(b []byte, t *ledger.Total) []byte {
				text, _ := json.Marshal(meanLatency(t)) // a finite number has no error to give
				return append(b, text...)
			},
			func(b []byte, t *ledger.Total) []byte { return strconv.AppendFloat(b, meanLatency(t), 'f', 3, 64) },
		},
	}
}

func countOf(name string, of func(*ledger.Total) int64) reportFigure {
	write := func(b []byte, t *ledger.Total) []byte { return strconv.AppendInt(b, of(t), 10) }
	return reportFigure{name, write, write}
}

func amountOf(name string, of func(*ledger.Total) *llm.Money) reportFigure {
	return reportFigure{
		name, func(b []byte, t *ledger.Total) []byte {
			m := of(t)
			if m == nil {
				return append(b, "null"...)
			}
			text, _ := m.MarshalJSON() // has no error to give
			return append(b, text...)
		},
		func(b []byte, t *ledger.Total) []byte { return append(b, csvMoney(of(t))...) },
	}
}

// meanLatency is in milliseconds, and 0 for no calls.
func meanLatency(t *ledger.Total) float64 {
	if t.Calls <= 0 {
		return 0
	}
	return float64(t.Latency.Microseconds()) / float64(t.Calls) / 1e3
}

package cli

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"

	"github.com/llmops-toolkit/llmops/pkg/report"
)

// costReportJSON is what cost report --json prints.
type costReportJSON struct {
	Schema string       `json:"schema"`
	By     []string     `json:"by"`
	Since  *time.Time   `json:"since"` // null: from the first call on
	Until  *time.Time   `json:"until"`
	Zone   string       `json:"zone"`
	Rows   []reportJSON `json:"rows"`
	Rest   int          `json:"rows_in_last,omitempty"` // with --top: how many rows the last one sums up
	// Missing is how many calls were pruned of hours that the report has parts of; those of these parts are not in it.
	Missing int64      `json:"missing_at_most,omitempty"`
	Total   reportJSON `json:"total"`
	Burn    *burnJSON  `json:"burn"` // null when the ledger is empty
}

type reportJSON struct {
	Key            map[string]string `json:"key,omitempty"`
	Calls          int64             `json:"calls"`
	OK             int64             `json:"ok"`
	Incomplete     int64             `json:"incomplete"`
	Failed         int64             `json:"failed"`
	Canceled       int64             `json:"canceled"`
	Input          int64             `json:"input_tokens"`
	Cached         int64             `json:"cached_input_tokens"` // the part of the input that the provider's cache had
	Output         int64             `json:"output_tokens"`
	UnknownUsage   int64             `json:"calls_without_usage"`
	Estimated      int64             `json:"calls_with_estimated_usage"`
	Cost           *llm.Money        `json:"cost_usd"` // of the calls with a price; null when none has one
	Unpriced       int64             `json:"unpriced"`
	UnpricedFailed int64             `json:"unpriced_failed"`
	Hits           int64             `json:"cache_hits"`
	Misses         int64             `json:"cache_misses"`
	Saved          llm.Money         `json:"cache_saved_usd"`
	Judged         int64             `json:"eval_judged"`
	Passed         int64             `json:"eval_passed"`
	PerPass        *llm.Money        `json:"cost_per_pass_usd"` // null when none passed, or a price is missing
	Latency        float64           `json:"mean_latency_ms"`
}

type burnJSON struct {
	PerDay   llm.Money `json:"per_day_usd"`
	Over     float64   `json:"over_days"`
	Month    llm.Money `json:"month_to_date_usd"`
	MonthEnd llm.Money `json:"month_end_usd"`
	Unpriced int64     `json:"unpriced"`
}

func newBurn(b *ledger.Burn) *burnJSON {
	return &burnJSON{b.PerDay, b.Over.Hours() / 24, b.Month, b.MonthEnd, b.Unpriced}
}

func (b *burnJSON) cells() []string {
	return []string{csvMoney(&b.PerDay), strconv.FormatFloat(b.Over, 'f', 3, 64), csvMoney(&b.Month), csvMoney(&b.MonthEnd)}
}

func (d *costReport) json() costReportJSON {
	doc := costReportJSON{
		Schema: "llmops.cost.report/v1", By: []string{}, Since: timeOrNil(d.filter.Since), Until: timeOrNil(d.filter.Until),
		Zone: d.filter.Zone.String(), Rows: []reportJSON{}, Rest: d.Rest, Missing: d.Missing, Total: d.row(&d.Sum, nil),
	}
	for _, b := range d.By {
		doc.By = append(doc.By, string(b))
	}
	for i := range d.Rows {
		by := d.By
		if d.Rest > 0 && i == len(d.Rows)-1 {
			by = nil
		}
		doc.Rows = append(doc.Rows, d.row(&d.Rows[i], by))
	}
	if d.Burn != nil {
		doc.Burn = newBurn(d.Burn)
	}
	return doc
}

func (d *costReport) row(t *ledger.Total, by []ledger.Dimension) reportJSON {
	r := reportJSON{
		Calls: t.Calls, OK: t.OK, Incomplete: t.Incomplete, Failed: t.Failed, Canceled: t.Canceled,
		Input: t.Usage.Input(), Cached: t.Usage.CacheRead, Output: t.Usage.Output, UnknownUsage: t.UnknownUsage, Estimated: t.Estimated,
		Cost: orNil(t.Cost, t.Known()), Unpriced: t.Unpriced, UnpricedFailed: t.UnpricedFailed,
		Hits: t.CacheHits, Misses: t.CacheMisses, Saved: t.Saved, Judged: t.Judged, Passed: t.Passed, PerPass: t.PerPass(),
	}
	if t.Calls > 0 {
		r.Latency = float64(t.Latency.Microseconds()) / float64(t.Calls) / 1e3
	}
	for _, b := range by {
		if r.Key == nil {
			r.Key = map[string]string{}
		}
		r.Key[string(b)] = d.key(t.Key, b)
	}
	return r
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// csv writes a line for each row, with exact amounts.
func (d *costReport) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	var header []string
	for _, b := range d.By {
		header = append(header, string(b))
	}
	header = append(header, "calls", "ok", "incomplete", "failed", "canceled", "input_tokens", "cached_input_tokens", "output_tokens",
		"calls_without_usage", "calls_with_estimated_usage", "cost_usd", "unpriced", "unpriced_failed", "cache_hits", "cache_misses",
		"cache_saved_usd", "eval_judged", "eval_passed", "cost_per_pass_usd", "mean_latency_ms")
	outlook := d.Burn != nil && len(d.By) == 0 // it is of all rows together, and one row is all
	if outlook {
		header = append(header, "per_day_usd", "over_days", "month_to_date_usd", "month_end_usd")
	}
	if err := out.Write(header); err != nil {
		return err
	}
	for i := range d.Rows {
		var cells []string
		for k, b := range d.By {
			cell := report.CSVText(d.key(d.Rows[i].Key, b))
			if d.Rest > 0 && i == len(d.Rows)-1 && k == 0 {
				cell = "(" + strconv.Itoa(d.Rest) + " more)"
			}
			cells = append(cells, cell)
		}
		cells = append(cells, d.row(&d.Rows[i], nil).cells()...)
		if outlook {
			cells = append(cells, newBurn(d.Burn).cells()...)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (r reportJSON) cells() []string {
	var out []string
	for _, n := range []int64{r.Calls, r.OK, r.Incomplete, r.Failed, r.Canceled, r.Input, r.Cached, r.Output, r.UnknownUsage, r.Estimated} {
		out = append(out, strconv.FormatInt(n, 10))
	}
	out = append(out, csvMoney(r.Cost))
	for _, n := range []int64{r.Unpriced, r.UnpricedFailed, r.Hits, r.Misses} {
		out = append(out, strconv.FormatInt(n, 10))
	}
	return append(out, csvMoney(&r.Saved), strconv.FormatInt(r.Judged, 10), strconv.FormatInt(r.Passed, 10), csvMoney(r.PerPass),
		strconv.FormatFloat(r.Latency, 'f', 3, 64))
}

// csvMoney writes an amount without its sign, and nothing for one that is not known.
func csvMoney(m *llm.Money) string {
	if m == nil {
		return ""
	}
	return strings.TrimPrefix(m.String(), "$")
}

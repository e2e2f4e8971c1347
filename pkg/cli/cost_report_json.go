package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// costReportJSON is what cost report --json prints.
type costReportJSON struct {
	Schema string     `json:"schema"`
	By     []string   `json:"by"`
	Since  *time.Time `json:"since"` // null: from the first call on
	Until  *time.Time `json:"until"`
	Zone   string     `json:"zone"`
	Rows   []struct{} `json:"rows"`                   // without them: json writes each by itself
	Rest   int        `json:"rows_in_last,omitempty"` // with --top: how many rows the last one sums up
	// Missing is how many calls were pruned of hours that the report has parts of; those of these parts are not in it.
	Missing int64           `json:"missing_at_most,omitempty"`
	Total   json.RawMessage `json:"total"`
	Burn    *burnJSON       `json:"burn"` // null when the ledger is empty
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

// json writes the document. Rows may be many, and go into it one by one.
func (d *costReport) json(w io.Writer) error {
	rows := newJSONRows(d.By)
	doc := costReportJSON{
		Schema: "llmops.cost.report/v1", By: []string{}, Since: timeOrNil(d.filter.Since), Until: timeOrNil(d.filter.Until),
		Zone: d.filter.Zone.String(), Rows: []struct{}{}, Rest: d.Rest, Missing: d.Missing, Total: rows.append(nil, &d.Sum, false),
	}
	for _, b := range d.By {
		doc.By = append(doc.By, string(b))
	}
	if d.Burn != nil {
		doc.Burn = newBurn(d.Burn)
	}
	var frame bytes.Buffer
	if err := writeJSON(&frame, doc); err != nil {
		return err
	}
	place := []byte(`"rows": [`) // in no text of the document, where a quote is escaped
	before, behind, _ := bytes.Cut(frame.Bytes(), place)
	out := bufio.NewWriterSize(w, 64<<10)
	_, _ = out.Write(append(before, place...))
	d.jsonRows(out, rows)
	_, _ = out.Write(behind)
	return out.Flush() // tells also of an earlier failure
}

func (d *costReport) jsonRows(out *bufio.Writer, rows *jsonRows) {
	var line []byte
	for i := range d.Rows {
		line = line[:0]
		if i > 0 {
			line = append(line, ',')
		}
		rest := d.Rest > 0 && i == len(d.Rows)-1
		line = rows.append(append(line, "\n    "...), &d.Rows[i], !rest)
		_, _ = out.Write(line)
	}
	if len(d.Rows) > 0 {
		_, _ = out.WriteString("\n  ")
	}
}

// jsonRows writes rows as they stand in the document, where they are indented by four spaces.
type jsonRows struct {
	by      []ledger.Dimension // in the order of their names
	figures []reportFigure
}

func newJSONRows(by []ledger.Dimension) *jsonRows {
	return &jsonRows{slices.Sorted(slices.Values(by)), reportFigures()}
}

func (r *jsonRows) append(b []byte, t *ledger.Total, keyed bool) []byte {
	b = append(b, "{\n      "...)
	if keyed && len(r.by) > 0 {
		b = append(b, `"key": {`...)
		for i, by := range r.by {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(append(b, "\n        \""...), by...), `": `...)
			b = appendText(b, t.Key.Of(by))
		}
		b = append(b, "\n      },\n      "...)
	}
	for i, f := range r.figures {
		if i > 0 {
			b = append(b, ",\n      "...)
		}
		b = f.json(append(append(append(b, '"'), f.name...), `": `...), t)
	}
	return append(b, "\n    }"...)
}

// appendText writes a text as writeJSON would.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			var text bytes.Buffer
			_ = writeJSON(&text, s) // a text has no error to give
			return append(b, bytes.TrimSuffix(text.Bytes(), []byte("\n"))...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

package cli

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/report"
)

// csv writes a line for each row, with exact amounts.
func (d *costReport) csv(w io.Writer) error {
	out, figures := csv.NewWriter(bufio.NewWriterSize(w, 64<<10)), reportFigures() // which csv takes as its own buffer
	var header []string
	for _, b := range d.By {
		header = append(header, string(b))
	}
	for _, f := range figures {
		header = append(header, f.name)
	}
	var outlook []string
	if d.Burn != nil && len(d.By) == 0 { // it is of all rows together, and one row is all
		header = append(header, "per_day_usd", "over_days", "month_to_date_usd", "month_end_usd")
		outlook = newBurn(d.Burn).cells()
	}
	if err := out.Write(header); err != nil {
		return err
	}
	var cells []string
	var room []byte
	for i := range d.Rows {
		cells = d.csvKeys(cells[:0], i)
		room = room[:0]
		for _, f := range figures {
			room = append(f.csv(room, &d.Rows[i]), ',')
		}
		for cell := range strings.SplitSeq(string(room[:len(room)-1]), ",") { // one text for all of them, which have no comma
			cells = append(cells, cell)
		}
		if err := out.Write(append(cells, outlook...)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// csvKeys adds the first cells of row i.
func (d *costReport) csvKeys(cells []string, i int) []string {
	for k, b := range d.By {
		cell := report.CSVText(d.Rows[i].Key.Of(b))
		if d.Rest > 0 && i == len(d.Rows)-1 && k == 0 {
			cell = "(" + strconv.Itoa(d.Rest) + " more)"
		}
		cells = append(cells, cell)
	}
	return cells
}

func (b *burnJSON) cells() []string {
	return []string{csvMoney(&b.PerDay), strconv.FormatFloat(b.Over, 'f', 3, 64), csvMoney(&b.Month), csvMoney(&b.MonthEnd)}
}

// csvMoney writes an amount without its sign, and nothing for one that is not known.
func csvMoney(m *llm.Money) string {
	if m == nil {
		return ""
	}
	return strings.TrimPrefix(m.String(), "$")
}

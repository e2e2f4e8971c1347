package report

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// CSV writes a line for each record, as RFC 4180 has it, with a value, a pass and a reason column for each
// metric. Text that a spreadsheet would take for a formula gets a ' before it
// (owasp.org/www-community/attacks/CSV_Injection); numbers stay as they are. What is unknown is empty.
func CSV(w io.Writer, runs []Run) error {
	out := bufio.NewWriter(w)
	metrics := metricNames(runs)
	header := []string{
		"run", "cell", "case", "repeat", "status", "tags", "input", "expected", "output", "error_type", "error", "finish_reason",
		"model", "answered_by", "why", "latency_ms", "ttft_ms", "input_tokens", "output_tokens", "cost_usd", "judges_cost_usd", "attempts", "trace_id",
	}
	for _, m := range metrics {
		header = append(header, CSVText(m), CSVText(m+".pass"), CSVText(m+".why"))
	}
	csvLine(out, header)
	for _, r := range runs {
		if err := r.csv(out, metrics); err != nil {
			return err
		}
	}
	return out.Flush() // tells also of an earlier failure
}

func (r Run) csv(out *bufio.Writer, metrics []string) error {
	input, done := r.inputs()
	defer done()
	for rec, err := range r.records() {
		if err != nil {
			return err
		}
		csvLine(out, append(csvRecord(r.Outcome.Info.RunID(), input(rec), rec), csvScores(metrics, rec)...))
	}
	return nil
}

func csvRecord(run eval.RunID, input string, rec *eval.Record) []string {
	failure := eval.Failure{}
	if rec.Error != nil {
		failure = *rec.Error
	}
	in, out, cost, judges := "", "", "", ""
	if u := rec.Usage; u != nil {
		in, out = strconv.FormatInt(u.Input(), 10), strconv.FormatInt(u.Output, 10)
	}
	if rec.Cost != nil {
		cost = dollars(*rec.Cost)
	}
	if rec.Judges != nil && rec.Judges.Cost != nil {
		judges = dollars(*rec.Judges.Cost)
	}
	return []string{
		CSVText(run.ID), CSVText(run.Cell), CSVText(rec.Case), strconv.Itoa(rec.Repeat), string(StatusOf(rec)),
		CSVText(strings.Join(rec.Tags, " ")), CSVText(input), CSVText(expected(rec)), CSVText(rec.Output),
		CSVText(failure.Type), CSVText(failure.Message), CSVText(string(rec.FinishReason)), CSVText(rec.Model), CSVText(rec.AnsweredBy), CSVText(rec.Why),
		millis(rec.Latency), millis(rec.TTFT), in, out, cost, judges, strconv.Itoa(rec.Attempts), CSVText(rec.TraceID),
	}
}

func csvScores(metrics []string, rec *eval.Record) []string {
	cells := make([]string, 0, 3*len(metrics))
	for _, m := range metrics {
		s, applies := rec.Scores[m]
		switch {
		case !applies:
			cells = append(cells, "", "", "")
		case s.Value == nil:
			cells = append(cells, "", "", CSVText("unscored: "+s.Unscored))
		default:
			cells = append(cells, strconv.FormatFloat(*s.Value, 'g', -1, 64), strconv.FormatBool(s.Pass), CSVText(s.Why))
		}
	}
	return cells
}

// CSVText keeps a text from being a formula, also in the full-width forms that some spreadsheets know,
// and makes it valid UTF-8 without NUL.
func CSVText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
	if first, n := utf8.DecodeRuneInString(s); n > 0 && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// csvLine is written by hand: encoding/csv with RFC 4180's line ends changes those inside a text too.
// Errors stay in the writer until Flush.
func csvLine(out *bufio.Writer, cells []string) {
	for i, cell := range cells {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		if strings.ContainsAny(cell, "\",\r\n") || strings.TrimSpace(cell) != cell {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		_, _ = out.WriteString(cell)
	}
	_, _ = out.WriteString("\r\n")
}

// dollars writes an amount as a plain number.
func dollars(m llm.Money) string {
	text, _ := m.MarshalJSON() // has no error to give
	return string(text)
}

// millis writes milliseconds, to the microsecond.
func millis(m eval.Millis) string {
	return strconv.FormatFloat(float64(time.Duration(m).Round(time.Microsecond))/1e6, 'f', -1, 64)
}

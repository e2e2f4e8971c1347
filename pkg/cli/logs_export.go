package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/ledger"

	"github.com/llmops-toolkit/llmops/pkg/report"
)

// exportOptions are the flags of logs export.
type exportOptions struct {
	logsFilter
	limit      int
	out        string
	format     string
	noTexts    bool
	redact     bool
	cases      bool
	expected   bool
	noSystem   bool
	duplicates bool
	addTags    []string
}

func newLogsExport(e *env) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write calls as JSON lines or CSV, or as cases of an eval suite",
		Long: `Write the calls that fit, the oldest first, with the texts that the ledger
keeps, as JSON lines or as CSV. With --as-cases each becomes a case of an eval
suite: the prompt's variables where they are known, else the messages. Questions
that are the same become one case, of the newest call. --redact takes personal
data and secrets out of all texts.`,
		Example: "  llmops logs export --since 7d -o calls.jsonl\n  llmops logs export --format csv --no-texts > calls.csv\n" +
			"  llmops logs export --as-cases --expected --since 7d --redact -o cases.jsonl",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runLogsExport(cmd.Context(), e, o, time.Now())
		},
	}
	o.declareAll(cmd)
	flags := cmd.Flags()
	flags.IntVarP(&o.limit, "limit", "n", 0, "at most so many calls, the newest; 0 means all")
	flags.StringVarP(&o.out, "output", "o", "", "write to this `FILE` instead of standard output")
	flags.StringVar(&o.format, "format", "", "jsonl or csv; by the file's name if not set, else jsonl")
	flags.BoolVar(&o.noTexts, "no-texts", false, "leave messages, variables and answers out")
	flags.BoolVar(&o.redact, "redact", false, "take personal data and secrets out of the texts")
	flags.BoolVar(&o.cases, "as-cases", false, "write cases of an eval suite")
	flags.BoolVar(&o.expected, "expected", false, "with --as-cases: the answer is what the case expects")
	flags.BoolVar(&o.noSystem, "no-system", false, "with --as-cases: leave system messages out")
	flags.BoolVar(&o.duplicates, "keep-duplicates", false, "with --as-cases: a case for every call")
	flags.StringSliceVar(&o.addTags, "add-tag", nil, "with --as-cases: `TAG` for every case (repeatable)")
	return cmd
}

func (o *exportOptions) check() error {
	if o.format == "" && strings.HasSuffix(o.out, ".csv") {
		o.format = "csv"
	}
	if err := oneOf("--format", o.format, "jsonl", "csv"); err != nil {
		return err
	}
	switch {
	case o.limit < 0:
		return diag.Errorf("--limit %d is below zero", o.limit)
	case o.cases && o.format == "csv":
		return diag.Errorf("--as-cases writes JSON lines, not CSV").WithHint("leave out --format, or name a .jsonl file")
	case o.cases && o.noTexts:
		return diag.Errorf("--as-cases makes cases of texts, and --no-texts leaves them out")
	case !o.cases && (o.expected || o.noSystem || o.duplicates || len(o.addTags) > 0):
		return diag.Errorf("--expected, --no-system, --keep-duplicates and --add-tag go with --as-cases")
	}
	return nil
}

// exporter takes calls, the newest first, and writes them in the end.
type exporter interface {
	add(r *ledger.Record) error
	finish() error
}

func runLogsExport(ctx context.Context, e *env, o exportOptions, now time.Time) error {
	if err := o.check(); err != nil {
		return err
	}
	f, err := o.filter(e, now)
	if err != nil {
		return err
	}
	f.Limit, f.Oldest = o.limit, !o.cases
	l, err := (&lazyLedger{e: e}).existing(ctx)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	if l != nil {
		if err := e.index(ctx, l, f); err != nil {
			return err
		}
	}
	return e.toFile(o.out, func(w io.Writer) error {
		x := o.exporter(e, w)
		if l != nil {
			err := l.Each(ctx, f, func(r *ledger.Record) error {
				if o.redact {
					ledger.CleanTexts(r, func(s string) string { return redactPersonal(e.parts().redactor.redact(s)) })
				}
				return x.add(r)
			})
			if err != nil {
				return err
			}
		}
		return x.finish()
	})
}

func (o *exportOptions) exporter(e *env, w io.Writer) exporter {
	switch {
	case o.cases:
		return &caseExport{o: o, e: e, w: w, seen: map[string]bool{}}
	case o.format == "csv":
		return &csvExport{w: csv.NewWriter(w), texts: !o.noTexts}
	}
	return &lineExport{w, !o.noTexts}
}

type lineExport struct {
	w     io.Writer
	texts bool
}

func (x *lineExport) add(r *ledger.Record) error { return writeLine(x.w, newCallJSON(r, x.texts)) }
func (x *lineExport) finish() error              { return nil }

// csvExport writes a line for each call. Texts that a spreadsheet would take for a formula begin with '.
type csvExport struct {
	w     *csv.Writer
	texts bool
	begun bool
}

func (x *csvExport) header() error {
	if x.begun {
		return nil
	}
	x.begun = true
	header := []string{
		"trace_id", "time", "tenant", "project", "source", "conversation_id", "unit", "run", "case", "repeat", "tags", "model", "model_answered",
		"prompt", "version", "experiment", "status", "error", "finish_reason", "attempts", "passed", "input_tokens", "cached_input_tokens",
		"output_tokens", "usage_source", "cost_usd", "cost_note", "cache", "saved_usd", "route", "fallback_from", "latency_ms", "ttft_ms",
		"parent", "key_name",
	}
	if x.texts {
		header = append(header, "messages", "output")
	}
	return x.w.Write(header)
}

func (x *csvExport) add(r *ledger.Record) error {
	if err := x.header(); err != nil {
		return err
	}
	j := newCallJSON(r, x.texts)
	var input, cached, output, passed string
	if u := r.Usage; u != nil {
		input, cached, output = strconv.FormatInt(u.Input(), 10), strconv.FormatInt(u.CacheRead, 10), strconv.FormatInt(u.Output, 10)
	}
	if r.Passed != nil {
		passed = strconv.FormatBool(*r.Passed)
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	cells := []string{
		j.TraceID, j.Time.Format(time.RFC3339Nano), j.Tenant, j.Project, j.Source, j.Conversation, j.Unit, j.Run, j.Case, strconv.Itoa(j.Repeat),
		strings.Join(j.Tags, " "), j.Model, j.ModelAnswered, j.Prompt, j.Version, j.Experiment, string(j.Status), string(j.ErrorKind),
		string(j.FinishReason), strconv.Itoa(j.Attempts), passed, input, cached, output, j.UsageSource, csvMoney(j.Cost), j.CostNote, j.Cache,
		csvMoney(j.SavedCost), j.Route, strings.Join(j.FallbackFrom, " "), number(j.Latency), number(j.TTFT),
		j.Parent, j.KeyName,
	}
	if x.texts {
		messages, err := json.Marshal(j.Messages)
		if err != nil {
			return err
		}
		if len(j.Messages) == 0 {
			messages = []byte(j.MessagesHash)
		}
		cells = append(cells, string(messages), readable(j.Output)+j.OutputHash)
	}
	for i := range cells {
		cells[i] = report.CSVText(cells[i])
	}
	return x.w.Write(cells)
}

func (x *csvExport) finish() error {
	if err := x.header(); err != nil {
		return err
	}
	x.w.Flush()
	return x.w.Error()
}

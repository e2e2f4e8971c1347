package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// logsOptions are the flags of logs.
type logsOptions struct {
	logsFilter
	limit  int
	follow bool
	json   bool
}

func newLogs(e *env) *cobra.Command {
	var o logsOptions
	cmd := &cobra.Command{
		Use:   "logs",
		Short: "List, search, show, export and prune the recorded calls",
		Long: `List the calls in the ledger, the newest first. --json prints one object a line,
without the texts. The tenant is chosen by --tenant; without it calls of all
tenants are listed.`,
		Example: "  llmops logs -n 50 --model openai/gpt-4o-mini --since 7d\n  llmops logs --status error --min-latency 10s\n" +
			"  llmops logs --search refund\n  llmops logs --follow",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return group(cmd, args)
			}
			return runLogs(cmd.Context(), e, o, time.Now())
		},
	}
	o.declareList(cmd)
	cmd.Flags().BoolVarP(&o.follow, "follow", "f", false, "go on with the calls that are recorded from now on")
	cmd.AddCommand(newLogsSearch(e), newLogsShow(e), newLogsExport(e), newLogsPrune(e))
	return cmd
}

func (o *logsOptions) declareList(cmd *cobra.Command) {
	o.declareAll(cmd)
	cmd.Flags().IntVarP(&o.limit, "limit", "n", 20, "list at most so many calls; 0 lists all")
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object a line")
}

func newLogsSearch(e *env) *cobra.Command {
	var o logsOptions
	cmd := &cobra.Command{
		Use:   "search WORDS...",
		Short: "Find calls by words of their questions and answers",
		Long: `Find calls by words of their questions and answers: all words must be there, in
any order and case. "Several words" in quotes stand together, word* is how one
begins, -word (after --) or NOT word must not be there, and of two words with OR
between them one is enough. Only texts that the ledger keeps can be found:
ledger.texts must be full or redacted.`,
		Example: "  llmops logs search refund\n  llmops logs search '\"late delivery\" order*' --in output\n  llmops logs search -- refund OR return -test",
		Args:    usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.search != "" {
				return diag.Errorf("the words to search for are given twice").WithHint("leave out --search")
			}
			o.search = joinWords(args)
			return runLogs(cmd.Context(), e, o, time.Now())
		},
	}
	o.declareList(cmd)
	return cmd
}

// joinWords puts arguments together as they were typed: one that has a space was quoted in the shell, and
// is several words unless it has quotes of its own.
func joinWords(args []string) string {
	text := ""
	for _, a := range args {
		text += a + " "
	}
	return text
}

func runLogs(ctx context.Context, e *env, o logsOptions, now time.Time) error {
	if o.limit < 0 {
		return diag.Errorf("--limit %d is below zero", o.limit).WithHint("0 lists all calls")
	}
	if o.follow && (o.search != "" || o.until != "") {
		return diag.Errorf("--follow shows calls as they come, and cannot go with --search or --until")
	}
	f, err := o.filter(e, now)
	if err != nil {
		return err
	}
	f.Limit = o.limit
	l, err := (&lazyLedger{e: e}).existing(ctx)
	if errors.Is(err, ledger.ErrNotFound) && o.follow {
		l, err = e.ledger(ctx, false) // there is none yet, and one is waited for
	}
	if errors.Is(err, ledger.ErrNotFound) {
		return e.listCalls(nil, f, o.json)
	}
	if err != nil {
		return err
	}
	if err := e.index(ctx, l, f); err != nil {
		return err
	}
	list, err := l.List(ctx, f)
	if err != nil {
		return err
	}
	if err := e.listCalls(list, f, o.json); err != nil || !o.follow {
		return err
	}
	return e.follow(ctx, l, f, o.json)
}

// index brings the search index up to date, and says so where it takes a while.
func (e *env) index(ctx context.Context, l *ledger.Ledger, f ledger.Filter) error {
	if f.Search == nil {
		return nil
	}
	cfg, err := e.config()
	if err != nil {
		return err
	}
	if t := ledger.Texts(cfg.Ledger.Texts); t == ledger.TextsOff || t == ledger.TextsHashed {
		e.notice("warning: ledger.texts is %s, so the texts of new calls are not kept and cannot be found", t)
	}
	begun, told := time.Now(), false
	return l.Index(ctx, func(done, of int) {
		if !told && time.Since(begun) > time.Second {
			told = true
			e.info("indexing %s for search; later searches index only what is new (%s done)", plural(of, "call"), grouped(done))
		}
	})
}

// follow prints calls as other processes record them, until the command is interrupted.
func (e *env) follow(ctx context.Context, l *ledger.Ledger, f ledger.Filter, asJSON bool) error {
	err := l.Follow(ctx, f, 250*time.Millisecond, func(r *ledger.Record) error {
		if asJSON {
			return writeLine(e.out, newCallJSON(r, false))
		}
		return e.say("%s", followed(r, f.Zone))
	})
	if err == nil && ctx.Err() != nil {
		return &silentError{ctx.Err()} // a signal is how it ends; the exit code says which
	}
	return err
}

// writeLine writes an object as one line of JSON.
func writeLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

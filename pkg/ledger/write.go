package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// write adds records in one transaction, and tells how many: not all when somebody waits to write.
func (l *Ledger) write(ctx context.Context, records []*Record) (written int, err error) {
	var skipped *skippedError
	err = l.db.Short(ctx, func(tx *sqlite.Short) (err error) {
		written, skipped, err = l.insert(tx, records)
		return err
	})
	if err != nil {
		return 0, err
	}
	if skipped != nil {
		return written, skipped
	}
	return written, nil
}

// skippedError is about records that could not be written as they are, while the others were.
type skippedError struct {
	n     int
	trace string
	why   error
}

func (e *skippedError) Error() string {
	return fmt.Sprintf("ledger: %d calls not recorded whole, the first of them %s: %v", e.n, e.trace, e.why)
}

func (e *skippedError) Unwrap() error { return e.why }

func (e *skippedError) add(r *Record, why error) *skippedError {
	if e == nil {
		return &skippedError{1, r.TraceID, why}
	}
	e.n++
	return e
}

// errTwice is about a trace id that is in the ledger already: the first record of it stays.
var errTwice = errors.New("its trace id is recorded already")

// atOnce is how many records are added even when others wait to write: a transaction costs as much as two or three.
const atOnce = 16

func (l *Ledger) insert(tx *sqlite.Short, records []*Record) (written int, skipped *skippedError, err error) {
	sums := map[hourKey]*Total{}
	for i, r := range records {
		if i >= atOnce && l.db.Contended() {
			break
		}
		written++
		seq, err := tx.Insert(insertCall, r.row()...)
		if err != nil {
			return 0, nil, err
		}
		if seq == 0 {
			skipped = skipped.add(r, errTwice)
			continue
		}
		add(sums, r, 1)
		k, err := l.opts.keep(r)
		if err != nil {
			skipped = skipped.add(r, fmt.Errorf("its texts: %w", err))
		}
		if err != nil || k == nil {
			continue
		}
		if _, err := tx.Exec(insertText, seq, string(l.opts.Texts), k.messages, k.output, k.vars); err != nil {
			return 0, nil, err
		}
	}
	return written, skipped, writeSums(func(query string, args ...any) error {
		_, err := tx.Exec(query, args...)
		return err
	}, sums)
}

const insertText = `INSERT INTO call_texts (seq, kept, messages, output, vars) VALUES (?, ?, ?, ?, ?)`

// callColumns are the columns of calls in the order of row and scan.
const callColumns = `trace_id, parent, time, tenant, project, key_name, conversation, unit,
	source, run_id, case_id, repeat, tags, model, model_asked, provider, model_answered, prompt, version, prompt_sha256, experiment,
	uncached, cache_read, cache_write, cache_write_1h, output, reasoning, usage_source, cost, cost_note, cache, saved,
	route, route_reason, fallback_from, fallback_reason, cut, passed,
	ttft, total, tokens_per_second, finish_reason, status, error_kind, attempts, request_hash`

const insertCall = `INSERT INTO calls (` + callColumns + `) VALUES (?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?,?,?,?,
	?,?,?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?, ?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`

func (r *Record) row() []any {
	u := [6]any{}
	if r.Usage != nil {
		u = [6]any{r.Usage.UncachedInput, r.Usage.CacheRead, r.Usage.CacheWrite, r.Usage.CacheWrite1h, r.Usage.Output, r.Usage.Reasoning}
	}
	return []any{
		r.TraceID, r.Parent, r.Time.UnixNano(), r.Tenant, r.Project, r.KeyName, r.Conversation, r.Unit,
		string(r.Source), r.RunID, r.CaseID, r.Repeat, toJSON(r.Tags),
		r.Model(), r.ModelAsked, r.Provider, r.ModelAnswered, r.Prompt, r.Version, r.PromptSHA256, r.Experiment,
		u[0], u[1], u[2], u[3], u[4], u[5], r.UsageSource, money(r.Cost), r.CostNote, r.Cache, money(r.SavedCost),
		r.Route, r.RouteReason, toJSON(r.FallbackFrom), r.FallbackReason, r.Cut, orNull(r.Passed),
		int64(r.TTFT), int64(r.Total), orNull(r.TokensPerSecond), string(r.FinishReason), string(r.Status), string(r.ErrorKind), r.Attempts, r.RequestHash,
	}
}

// toJSON writes a list of texts.
func toJSON(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	b, _ := json.Marshal(list) // strings always marshal
	return string(b)
}

func money(m *llm.Money) any {
	if m == nil {
		return nil
	}
	return int64(*m)
}

func orNull[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

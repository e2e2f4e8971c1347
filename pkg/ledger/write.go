package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// write adds records in one transaction.
func (l *Ledger) write(ctx context.Context, records []Record) error {
	var skipped *skippedError
	err := l.db.Write(ctx, func(tx *sql.Tx) (err error) {
		skipped, err = l.insert(ctx, tx, records)
		return err
	})
	if err == nil && skipped != nil {
		return skipped
	}
	return err
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

func (l *Ledger) insert(ctx context.Context, tx *sql.Tx, records []Record) (skipped *skippedError, err error) {
	call, err := tx.PrepareContext(ctx, insertCall)
	if err != nil {
		return nil, err
	}
	defer call.Close()
	text, err := tx.PrepareContext(ctx, `INSERT INTO call_texts VALUES (?, ?, ?, ?)`)
	if err != nil {
		return nil, err
	}
	defer text.Close()
	sums := map[hourKey]*Total{}
	for i := range records {
		r := &records[i]
		res, err := call.ExecContext(ctx, r.row()...)
		if err != nil {
			return nil, err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			skipped = skipped.add(r, errTwice)
			continue
		}
		add(sums, r)
		k, err := l.opts.keep(r)
		if err != nil {
			skipped = skipped.add(r, fmt.Errorf("its texts: %w", err))
		}
		if err != nil || k == nil {
			continue
		}
		seq, err := res.LastInsertId()
		if err != nil {
			return nil, err
		}
		if _, err := text.ExecContext(ctx, seq, string(l.opts.Texts), k.messages, k.output); err != nil {
			return nil, err
		}
	}
	return skipped, writeHours(ctx, tx, sums)
}

// callColumns are the columns of calls in the order of row and scan.
const callColumns = `trace_id, time, tenant, conversation, source, run_id, case_id, repeat,
	model, model_asked, provider, model_answered, prompt, version, prompt_sha256,
	uncached, cache_read, cache_write, cache_write_1h, output, reasoning, estimated, cost, cached, saved,
	ttft, total, tokens_per_second, finish_reason, status, error_kind, attempts, request_hash`

const insertCall = `INSERT INTO calls (` + callColumns + `)
	VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`

func (r *Record) row() []any {
	u := [6]any{}
	if r.Usage != nil {
		u = [6]any{r.Usage.UncachedInput, r.Usage.CacheRead, r.Usage.CacheWrite, r.Usage.CacheWrite1h, r.Usage.Output, r.Usage.Reasoning}
	}
	return []any{
		r.TraceID, r.Time.UnixNano(), r.Tenant, r.Conversation, string(r.Source), r.RunID, r.CaseID, r.Repeat,
		r.Model(), r.ModelAsked, r.Provider, r.ModelAnswered, r.Prompt, r.Version, r.PromptSHA256,
		u[0], u[1], u[2], u[3], u[4], u[5], r.UsageEstimated, money(r.Cost), r.Cached, money(r.Saved),
		int64(r.TTFT), int64(r.Total), float(r.TokensPerSecond), string(r.FinishReason), string(r.Status), string(r.ErrorKind), r.Attempts, r.RequestHash,
	}
}

func money(m *llm.Money) any {
	if m == nil {
		return nil
	}
	return int64(*m)
}

func float(f *float64) any {
	if f == nil {
		return nil
	}
	return *f
}

// hourKey is what call_hours sums up by.
type hourKey struct {
	hour                                   int64
	tenant, source, model, prompt, version string
}

func (r *Record) hourKey() hourKey {
	return hourKey{r.Time.UnixNano() / int64(time.Hour), r.Tenant, string(r.Source), r.Model(), r.Prompt, r.Version}
}

func add(sums map[hourKey]*Total, r *Record) {
	key := r.hourKey()
	t := sums[key]
	if t == nil {
		t = &Total{}
		sums[key] = t
	}
	t.add(r)
}

func writeHours(ctx context.Context, tx *sql.Tx, sums map[hourKey]*Total) error {
	for k, t := range sums {
		_, err := tx.ExecContext(ctx, upsertHour, k.hour, k.tenant, k.source, k.model, k.prompt, k.version,
			t.Calls, t.OK, t.Incomplete, t.Failed, t.Canceled, t.UnknownUsage,
			t.Usage.UncachedInput, t.Usage.CacheRead, t.Usage.CacheWrite, t.Usage.CacheWrite1h, t.Usage.Output, t.Usage.Reasoning,
			t.Unpriced, t.UnpricedFailed, int64(t.Cost), t.Cached, int64(t.Saved), int64(t.Latency))
		if err != nil {
			return err
		}
	}
	return nil
}

const upsertHour = `INSERT INTO call_hours VALUES (?,?,?,?,?,?, ?,?,?,?,?,?, ?,?,?,?,?,?, ?,?,?,?,?,?) ON CONFLICT DO UPDATE SET
	calls = calls + excluded.calls, ok = ok + excluded.ok, incomplete = incomplete + excluded.incomplete,
	failed = failed + excluded.failed, canceled = canceled + excluded.canceled, unknown_usage = unknown_usage + excluded.unknown_usage,
	uncached = uncached + excluded.uncached, cache_read = cache_read + excluded.cache_read,
	cache_write = cache_write + excluded.cache_write, cache_write_1h = cache_write_1h + excluded.cache_write_1h,
	output = output + excluded.output, reasoning = reasoning + excluded.reasoning,
	unpriced = unpriced + excluded.unpriced, unpriced_failed = unpriced_failed + excluded.unpriced_failed,
	cost = cost + excluded.cost, cached = cached + excluded.cached, saved = saved + excluded.saved, total = total + excluded.total`

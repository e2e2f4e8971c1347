package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// List gives the calls that fit, newest first, without their texts.
func (l *Ledger) List(ctx context.Context, f Filter) ([]Record, error) {
	var out []Record
	err := l.each(ctx, f, false, func(r *Record) error {
		out = append(out, *r)
		return nil
	})
	return out, err
}

// Each calls fn for the calls that fit, newest first, with their texts. An error of fn ends it and is
// returned. Memory does not grow with the number of calls.
func (l *Ledger) Each(ctx context.Context, f Filter, fn func(*Record) error) error {
	return l.each(ctx, f, true, fn)
}

// Get gives the call with this trace id, with its texts, or an error that is ErrNotFound.
func (l *Ledger) Get(ctx context.Context, traceID string) (*Record, error) {
	var found *Record
	err := scan(ctx, l.db, `c.trace_id = ?`, []any{traceID}, true, func(r *Record) error {
		found = r
		return nil
	})
	if err == nil && found == nil {
		err = fmt.Errorf("call %.60q: %w", traceID, ErrNotFound)
	}
	return found, err
}

func (l *Ledger) each(ctx context.Context, f Filter, texts bool, fn func(*Record) error) error {
	if f.Search != nil {
		if err := l.Index(ctx, nil); err != nil {
			return err
		}
	}
	where, args := f.where(single)
	if f.Before != "" {
		var at, seq int64
		err := l.db.QueryRowContext(ctx, `SELECT time, seq FROM calls WHERE trace_id = ?`, f.Before).Scan(&at, &seq)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("call %.60q: %w", f.Before, ErrNotFound)
		}
		if err != nil {
			return err
		}
		where += ` AND (time, c.seq) < (?, ?)`
		args = append(args, at, seq)
	}
	const newest, oldest = ` ORDER BY time DESC, c.seq DESC`, ` ORDER BY time, c.seq`
	switch {
	case f.Limit > 0 && f.Oldest:
		where = fmt.Sprintf(`c.seq IN (SELECT c.seq FROM calls c WHERE %s%s LIMIT %d)%s`, where, newest, f.Limit, oldest)
	case f.Limit > 0:
		where += fmt.Sprintf(`%s LIMIT %d`, newest, f.Limit)
	case f.Oldest:
		where += oldest
	default:
		where += newest
	}
	return scan(ctx, l.db, where, args, texts, fn)
}

// queryer is the database or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func scan(ctx context.Context, q queryer, where string, args []any, texts bool, fn func(*Record) error) error {
	columns, join := `'off', '', '', ''`, ``
	if texts {
		columns = `coalesce(t.kept, 'off'), coalesce(t.messages, ''), coalesce(t.output, ''), coalesce(t.vars, '')`
		join = ` LEFT JOIN call_texts t USING (seq)`
	}
	outputOfCall := strings.Replace(callColumns, " output,", " c.output,", 1) // call_texts has an output too
	rows, err := q.QueryContext(ctx, `SELECT `+outputOfCall+`, `+columns+` FROM calls c`+join+` WHERE `+where, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return err
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

func scanRecord(rows *sql.Rows) (*Record, error) {
	var (
		r           Record
		at          int64
		model       string
		u           [6]*int64
		cost, saved *int64
		tags, from  string // JSON
		k           kept
	)
	err := rows.Scan(&r.TraceID, &r.Parent, &at, &r.Tenant, &r.Project, &r.KeyName, &r.Conversation, &r.Unit,
		&r.Source, &r.RunID, &r.CaseID, &r.Repeat, &tags, &model, &r.ModelAsked, &r.Provider, &r.ModelAnswered, &r.Prompt, &r.Version, &r.PromptSHA256, &r.Experiment,
		&u[0], &u[1], &u[2], &u[3], &u[4], &u[5], &r.UsageSource, &cost, &r.CostNote, &r.Cache, &saved,
		&r.Route, &r.RouteReason, &from, &r.FallbackReason, &r.Cut, &r.Passed,
		&r.TTFT, &r.Total, &r.TokensPerSecond, &r.FinishReason, &r.Status, &r.ErrorKind, &r.Attempts, &r.RequestHash,
		&r.Kept, &k.messages, &k.output, &k.vars)
	if err != nil {
		return nil, err
	}
	r.Time = time.Unix(0, at).UTC()
	r.Cost, r.SavedCost = (*llm.Money)(cost), (*llm.Money)(saved)
	r.Tags, r.FallbackFrom = fromJSON(tags), fromJSON(from)
	if model != r.Model() {
		r.Ref = model
	}
	if u[0] != nil {
		r.Usage = &llm.Usage{UncachedInput: *u[0], CacheRead: *u[1], CacheWrite: *u[2], CacheWrite1h: *u[3], Output: *u[4], Reasoning: *u[5]}
	}
	return &r, r.restore(k)
}

// fromJSON reads a list that toJSON wrote.
func fromJSON(text string) (list []string) {
	if text != "[]" {
		_ = json.Unmarshal([]byte(text), &list) // only we write the column
	}
	return list
}

// Find gives the call with its texts whose trace id is id or ends so, or with id "last" the newest one; of
// one tenant unless tenant is "". It fails with ErrNotFound, or when several calls end so.
func (l *Ledger) Find(ctx context.Context, tenant, id string) (*Record, error) {
	if r, err := l.Get(ctx, id); err == nil && (tenant == "" || r.Tenant == tenant) {
		return r, nil
	}
	where, args := `c.trace_id LIKE ? ESCAPE '\'`, []any{"%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(id)}
	if id == "last" {
		where, args = `1`, nil
	}
	if tenant != "" {
		where, args = where+` AND tenant = ?`, append(args, tenant)
	}
	var found []*Record
	err := scan(ctx, l.db, where+` ORDER BY time DESC, c.seq DESC LIMIT 2`, args, true, func(r *Record) error {
		found = append(found, r)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0 || len(id) < 4:
		return nil, fmt.Errorf("call %.60q: %w", id, ErrNotFound)
	case id == "last" || len(found) == 1:
		return found[0], nil
	}
	return nil, diag.Errorf("several calls end in %.60q", id).WithHint("%s and %s are two of them", found[0].TraceID, found[1].TraceID)
}

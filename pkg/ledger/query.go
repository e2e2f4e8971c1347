package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Filter chooses calls. Zero fields choose all.
type Filter struct {
	Since, Until time.Time // from Since on, and before Until
	Tenant       string
	Source       Source
	Model        string // as Record.Model gives it: "openai/gpt-4o"
	Prompt       string
	Version      string
	Status       Status
	Conversation string
	RunID        string

	Limit  int    // List and Each: at most so many; 0 means all
	Before string // List and Each: only calls older than the one with this trace id, for the next page
	// Zone is where Totals takes its days to begin; nil means UTC.
	Zone *time.Location
}

// where makes the condition and its arguments. hourly means for call_hours, which knows hours only.
func (f *Filter) where(hourly bool) (string, []any) {
	cond, args := []string{"1"}, []any(nil)
	is := func(c string, v any) { cond, args = append(cond, c), append(args, v) }
	since, until, unit := "time >= ?", "time < ?", int64(1)
	if hourly {
		since, until, unit = "hour >= ?", "hour < ?", int64(time.Hour)
	}
	if !f.Since.IsZero() {
		is(since, f.Since.UnixNano()/unit)
	}
	if !f.Until.IsZero() {
		is(until, f.Until.UnixNano()/unit)
	}
	for _, c := range [...]struct{ column, value string }{
		{"tenant", f.Tenant},
		{"source", string(f.Source)},
		{"model", f.Model},
		{"prompt", f.Prompt},
		{"version", f.Version},
		{"status", string(f.Status)},
		{"conversation", f.Conversation},
		{"run_id", f.RunID},
	} {
		if c.value != "" {
			is(c.column+" = ?", c.value)
		}
	}
	return strings.Join(cond, " AND "), args
}

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
	err := l.scan(ctx, `c.trace_id = ?`, []any{traceID}, true, func(r *Record) error {
		found = r
		return nil
	})
	if err == nil && found == nil {
		err = fmt.Errorf("call %.60q: %w", traceID, ErrNotFound)
	}
	return found, err
}

func (l *Ledger) each(ctx context.Context, f Filter, texts bool, fn func(*Record) error) error {
	where, args := f.where(false)
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
	where += ` ORDER BY time DESC, c.seq DESC`
	if f.Limit > 0 {
		where += fmt.Sprintf(` LIMIT %d`, f.Limit)
	}
	return l.scan(ctx, where, args, texts, fn)
}

func (l *Ledger) scan(ctx context.Context, where string, args []any, texts bool, fn func(*Record) error) error {
	columns, join := `'off', '', ''`, ``
	if texts {
		columns = `coalesce(t.kept, 'off'), coalesce(t.messages, ''), coalesce(t.output, '')`
		join = ` LEFT JOIN call_texts t USING (seq)`
	}
	outputOfCall := strings.Replace(callColumns, " output,", " c.output,", 1) // call_texts has an output too
	rows, err := l.db.QueryContext(ctx, `SELECT `+outputOfCall+`, `+columns+` FROM calls c`+join+` WHERE `+where, args...)
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
		model       string // follows from the others
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
		&r.Kept, &k.messages, &k.output)
	if err != nil {
		return nil, err
	}
	r.Time = time.Unix(0, at).UTC()
	r.Cost, r.SavedCost = (*llm.Money)(cost), (*llm.Money)(saved)
	r.Tags, r.FallbackFrom = fromJSON(tags), fromJSON(from)
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

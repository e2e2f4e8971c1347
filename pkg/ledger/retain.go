package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"
)

// Retention is how long things are kept. Zero means for good.
type Retention struct {
	Calls time.Duration // calls, with their texts
	Texts time.Duration // texts of calls, and conversations since their last turn
}

const (
	retainEvery = 24 * time.Hour
	retainMost  = 50_000 // rows of a kind that one Retain deletes, so that no command is held up for long
)

// Retain deletes what is older than r says, once a day whoever asks: a process that asks in between gets
// zeros at once. What is more than it deletes in one go is left for the next. A clock that was set back
// since the last time does not count as a day.
func (l *Ledger) Retain(ctx context.Context, r Retention, now time.Time) (o Old, err error) {
	if r.Calls <= 0 && r.Texts <= 0 {
		return o, nil
	}
	due, err := l.claim(ctx, "retained", now)
	if err != nil || !due {
		return o, err
	}
	if r.Texts > 0 {
		before := now.Add(-r.Texts)
		if o.Texts, err = l.delete(ctx, deleteTexts, before, "", retainMost); err != nil {
			return o, err
		}
		if o.Conversations, err = l.delete(ctx, deleteConversations, before, "", retainMost); err != nil {
			return o, err
		}
	}
	if r.Calls > 0 {
		if o.Calls, err = l.delete(ctx, deleteCalls, now.Add(-r.Calls), "", retainMost); err != nil {
			return o, err
		}
	}
	if max(o.Calls, o.Texts, o.Conversations) >= retainMost {
		err = l.note(ctx, "retained", "0") // go on with the next command
	}
	return o, err
}

// claim tells whether the daily task of this name is due, and takes it on: of several processes one.
func (l *Ledger) claim(ctx context.Context, task string, now time.Time) (due bool, err error) {
	if due, err = isDue(ctx, l.db, task, now); err != nil || !due {
		return false, err
	}
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		if due, err = isDue(ctx, tx, task, now); err != nil || !due {
			return err
		}
		return setNote(ctx, tx, task, strconv.FormatInt(now.Unix(), 10))
	})
	return due && err == nil, err
}

func isDue(ctx context.Context, q interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}, task string, now time.Time,
) (bool, error) {
	var last int64
	err := q.QueryRowContext(ctx, `SELECT CAST(value AS INTEGER) FROM ledger_notes WHERE name = ?`, task).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	// A last time in the future comes from a clock that has been put right since; a day of that is enough.
	return now.Unix()-last >= int64(retainEvery.Seconds()) || last-now.Unix() >= int64(retainEvery.Seconds()), err
}

func (l *Ledger) note(ctx context.Context, name, value string) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error { return setNote(ctx, tx, name, value) })
}

func setNote(ctx context.Context, tx *sql.Tx, name, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO ledger_notes VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`, name, value)
	return err
}

package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// hourKey is what call_hours sums up by, and the other tables of sums with what they count for hours.
type hourKey struct {
	hour int64
	Key  // but for the day
}

func (r *Record) hourKey() hourKey {
	return hourKey{r.Time.UnixNano() / int64(time.Hour), Key{
		Tenant: r.Tenant, Project: r.Project, Source: string(r.Source), Model: r.Model(),
		Prompt: r.Prompt, Version: r.Version, Experiment: r.Experiment, Run: r.RunID,
	}}
}

func add(sums map[hourKey]*Total, r *Record, sign int64) {
	key := r.hourKey()
	t := sums[key]
	if t == nil {
		t = &Total{}
		sums[key] = t
	}
	t.add(r, sign)
}

// inTx is a transaction: get reads a text, "" where there is no row.
type inTx struct {
	exec func(query string, args ...any) error
	get  func(query string, args ...any) (string, error)
}

func inSQL(ctx context.Context, tx *sql.Tx) inTx {
	return inTx{
		exec: func(query string, args ...any) error {
			_, err := tx.ExecContext(ctx, query, args...)
			return err
		},
		get: func(query string, args ...any) (text string, err error) {
			err = tx.QueryRowContext(ctx, query, args...).Scan(&text)
			if errors.Is(err, sql.ErrNoRows) {
				err = nil
			}
			return text, err
		},
	}
}

func inShort(tx *sqlite.Short) inTx {
	row := make([]driver.Value, 1)
	return inTx{
		exec: func(query string, args ...any) error {
			_, err := tx.Exec(query, args...)
			return err
		},
		get: func(query string, args ...any) (string, error) {
			if found, err := tx.Row(query, row, args...); err != nil || !found {
				return "", err
			}
			text, _ := row[0].(string)
			return text, nil
		},
	}
}

// writeSums adds sums of hours to every table that they belong to.
func writeSums(tx inTx, sums map[hourKey]*Total) error {
	ofDays := rollUp(sums, func(k *hourKey) { k.hour /= 24 })
	ofMonths := rollUp(ofDays, func(k *hourKey) { k.hour = table{}.at(time.Unix(k.hour*86400, 0)) })
	for _, t := range tables {
		of := map[time.Duration]map[hourKey]*Total{hour: sums, day: ofDays, month: ofMonths}[t.unit]
		if len(t.by) < len(anything) {
			of = rollUp(of, t.narrow)
		}
		if err := t.upsert(tx, of); err != nil {
			return err
		}
	}
	return nil
}

// narrow leaves out of a key what the table does not tell apart.
func (t table) narrow(k *hourKey) {
	var key Key
	for _, d := range t.by {
		*key.field(d) = *k.field(d)
	}
	k.Key = key
}

// rollUp sums up what is under the same key once keys are made wider.
func rollUp(sums map[hourKey]*Total, widen func(*hourKey)) map[hourKey]*Total {
	out := make(map[hourKey]*Total, len(sums))
	for k, t := range sums {
		widen(&k)
		if out[k] == nil {
			out[k] = &Total{}
		}
		out[k].Plus(t)
	}
	return out
}

// upsert adds sums to the rows of the table.
func (t table) upsert(tx inTx, sums map[hourKey]*Total) error {
	get, insert, update := t.statements()
	args := make([]any, 0, len(t.by)+2)
	for k, sum := range sums {
		args = append(args[:0], k.hour)
		for _, d := range t.by {
			args = append(args, *k.field(d))
		}
		have, err := tx.get(get, args...)
		if err != nil {
			return err
		}
		query, both := insert, *sum
		if have != "" {
			query = update
			if err := both.addPacked([]byte(have)); err != nil {
				return err
			}
		}
		if err := tx.exec(query, append(args, both.pack())...); err != nil {
			return err
		}
	}
	return nil
}

// statements read, add and change the row with a key; their arguments are the key and, but for the first, the sums.
func (t table) statements() (get, insert, update string) {
	columns, key := t.column, t.column+` = ?1`
	for i, d := range t.by {
		columns += `, ` + d.column()
		key += ` AND ` + d.column() + ` = ?` + strconv.Itoa(i+2)
	}
	n := len(t.by) + 1
	return `SELECT sums FROM ` + t.name + ` WHERE ` + key,
		`INSERT INTO ` + t.name + ` (` + columns + `, sums) VALUES (` + strings.Repeat(`?, `, n) + `?)`,
		`UPDATE ` + t.name + ` SET sums = ?` + strconv.Itoa(n+1) + ` WHERE ` + key
}

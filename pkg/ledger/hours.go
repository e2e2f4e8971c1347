package ledger

import (
	"context"
	"database/sql"
	"strings"
	"time"
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

// inTx runs a statement of a transaction.
type inTx func(query string, args ...any) error

func inSQL(ctx context.Context, tx *sql.Tx) inTx {
	return func(query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}
}

// writeSums adds sums of hours to every table that they belong to.
func writeSums(exec inTx, sums map[hourKey]*Total) error {
	ofDays := rollUp(sums, func(k *hourKey) { k.hour /= 24 })
	ofMonths := rollUp(ofDays, func(k *hourKey) { k.hour = table{}.at(time.Unix(k.hour*86400, 0)) })
	for _, t := range tables {
		of := map[time.Duration]map[hourKey]*Total{hour: sums, day: ofDays, month: ofMonths}[t.unit]
		if len(t.by) < len(anything) {
			of = rollUp(of, t.narrow)
		}
		if err := t.upsert(exec, of); err != nil {
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
func (t table) upsert(exec inTx, sums map[hourKey]*Total) error {
	columns := t.column
	for _, d := range t.by {
		columns += `, ` + d.column()
	}
	query := `INSERT INTO ` + t.name + ` (` + columns + `, sums) VALUES (` + strings.Repeat(`?, `, len(t.by)+1) +
		`?) ON CONFLICT DO UPDATE SET sums = add_lists(sums, excluded.sums)`
	args := make([]any, 0, len(t.by)+2)
	for k, sum := range sums {
		args = append(args[:0], k.hour)
		for _, d := range t.by {
			args = append(args, *k.field(d))
		}
		if err := exec(query, append(args, sum.pack())...); err != nil {
			return err
		}
	}
	return nil
}

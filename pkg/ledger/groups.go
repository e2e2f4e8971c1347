package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
)

// groups are the totals that rows are summed up to.
type groups struct {
	by []Dimension
	of map[dayKey]*Total
}

// dayKey is a Key whose day is a number.
type dayKey struct {
	day int64 // since 1970
	Key
}

// read adds the rows of a query of totals.
func (g *groups) read(ctx context.Context, q queryer, query string, args []any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var k, last dayKey
	var ofEval int64
	var sums sql.RawBytes
	fields := []any{&k.day}
	for _, d := range g.by {
		if d != ByDay {
			fields = append(fields, k.field(d))
		}
	}
	fields = append(fields, &ofEval, &sums)
	var t *Total
	for rows.Next() {
		if err := rows.Scan(fields...); err != nil {
			return err
		}
		if t == nil || k != last { // rows of a group often follow each other
			t, last = g.total(k), k
		}
		if err := t.addPacked(sums, ofEval != 0); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (g *groups) total(k dayKey) *Total {
	t := g.of[k]
	if t == nil {
		t = &Total{Key: k.Key}
		if slices.Contains(g.by, ByDay) {
			t.Day = time.Unix(k.day*86400, 0).UTC().Format(time.DateOnly)
		}
		g.of[k] = t
	}
	return t
}

// sorted are the totals sorted by their keys.
func (g *groups) sorted() []Total {
	all := make([]*Total, 0, len(g.of))
	for _, t := range g.of {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *Total) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Project, b.Project),
			cmp.Compare(a.Source, b.Source), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Prompt, b.Prompt),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Experiment, b.Experiment), cmp.Compare(a.Run, b.Run))
	})
	var out []Total // nil where there is none
	for _, t := range all {
		out = append(out, *t)
	}
	return out
}

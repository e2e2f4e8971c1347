package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// wholeHours tells whether days in the zone begin at a whole hour of UTC, all through a time.
func (f *Filter) wholeHours(first, last time.Time) bool {
	for t := first.In(f.Zone); ; {
		if _, offset := t.Zone(); offset%3600 != 0 {
			return false
		}
		if _, t = t.ZoneBounds(); t.IsZero() || t.After(last) {
			return true
		}
	}
}

type rowQueryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// bounds are between what times the calls are, and those that were pruned; equal times where there are none.
func bounds(ctx context.Context, q rowQueryer) (first, last time.Time, err error) {
	var from, to int64
	err = q.QueryRowContext(ctx, `SELECT coalesce((SELECT min(hour) FROM call_hours), 0), coalesce((SELECT max(hour) + 1 FROM call_hours), 0)`).Scan(&from, &to)
	return time.Unix(from*3600, 0).UTC(), time.Unix(to*3600, 0).UTC(), err
}

// offset is the SQL for the zone's seconds east of UTC at the second named at: a number, or where clocks
// change within the calls' time a CASE with a branch for each change.
func (f *Filter) offset(first, last time.Time) string {
	if f.Zone == nil || f.Zone == time.UTC {
		return "0"
	}
	return offsets(f.Zone, first, last)
}

func offsets(zone *time.Location, from, to time.Time) string {
	var changes strings.Builder
	for t := from.In(zone); ; {
		_, seconds := t.Zone()
		_, end := t.ZoneBounds()
		if end.IsZero() || end.After(to) {
			if changes.Len() == 0 {
				return fmt.Sprintf("(%d)", seconds)
			}
			return fmt.Sprintf("CASE%s ELSE %d END", changes.String(), seconds)
		}
		fmt.Fprintf(&changes, " WHEN at < %d THEN %d", end.Unix(), seconds)
		t = end
	}
}

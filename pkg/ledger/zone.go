package ledger

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// wholeHours tells whether days in the zone begin at a whole hour of UTC, in summer and winter.
func (f *Filter) wholeHours() bool {
	if f.Zone == nil {
		return true
	}
	for _, month := range []time.Month{time.January, time.July} {
		if _, offset := time.Date(2025, month, 1, 0, 0, 0, 0, time.UTC).In(f.Zone).Zone(); offset%3600 != 0 {
			return false
		}
	}
	return true
}

// offset is the SQL for the zone's seconds east of UTC at the second named at: a number, or where clocks
// change within the calls' time a CASE with a branch for each change.
func (l *Ledger) offset(ctx context.Context, f Filter) (string, error) {
	if f.Zone == nil || f.Zone == time.UTC {
		return "0", nil
	}
	var first, last int64
	err := l.db.QueryRowContext(ctx, `SELECT coalesce(min(hour), 0), coalesce(max(hour), 0) FROM call_hours`).Scan(&first, &last)
	if err != nil {
		return "", err
	}
	return offsets(f.Zone, time.Unix(first*3600, 0), time.Unix((last+1)*3600, 0)), nil
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

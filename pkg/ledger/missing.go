package ledger

import (
	"context"
	"fmt"
	"time"
)

// Missing counts the calls that were pruned of the hours in which the time of a filter, or a day of its zone, begins or
// ends. Totals reads what falls into it of these hours from the calls themselves, so that some of them may be missing
// there. Where the filter asks for what only calls tell, nothing is known of pruned ones, and it counts none.
func (l *Ledger) Missing(ctx context.Context, f Filter, by ...Dimension) (n int64, err error) {
	if f.onlyCalls() {
		return 0, nil
	}
	first, last, err := bounds(ctx, l.db)
	if err != nil {
		return 0, err
	}
	var seen time.Time // the end of the last hour that was counted
	for _, s := range f.spans(by, first, last) {
		if s.name != single.name {
			continue
		}
		from, to := floor(s.since, hour), ceil(s.until, hour)
		if s.since.IsZero() || from.Before(seen) {
			from = seen
		}
		if from.Before(first) {
			from = first
		}
		if s.until.IsZero() || to.After(last) {
			to = last
		}
		if !from.Before(to) {
			continue
		}
		seen = to
		pruned, err := l.pruned(ctx, f, from, to)
		if err != nil {
			return 0, err
		}
		n += pruned
	}
	return n, nil
}

// pruned counts the calls of whole hours that only the sums still know of.
func (l *Ledger) pruned(ctx context.Context, f Filter, from, to time.Time) (int64, error) {
	f.Since, f.Until = from, to
	f.Zone = nil
	list, err := l.Totals(ctx, f)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	where, args := f.where(single)
	var left int64
	err = l.db.QueryRowContext(ctx, fmt.Sprintf(`SELECT count(*) FROM calls c WHERE %s`, where), args...).Scan(&left)
	return max(0, list[0].Calls-left), err
}

package ledger

import (
	"context"
	"time"
)

// Follow calls fn for the calls that fit as they are recorded, by any process, until ctx ends, which is no
// error. It looks every so often, and begins with what is recorded after it is called. Limit, Before and
// Search have no say; the records have their texts.
func (l *Ledger) Follow(ctx context.Context, f Filter, every time.Duration, fn func(*Record) error) error {
	last, err := l.lastSeq(ctx)
	if err != nil {
		return err
	}
	f.Search = nil
	where, args := f.where(single)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		now, err := l.lastSeq(ctx)
		if now > last && err == nil {
			err = scan(ctx, l.db, where+` AND c.seq > ? AND c.seq <= ? ORDER BY c.seq`, append(args[:len(args):len(args)], last, now), true, fn)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		last = now // below the one before when the newest calls were pruned: their numbers come again
	}
}

func (l *Ledger) lastSeq(ctx context.Context) (seq int64, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM calls`).Scan(&seq)
	return seq, err
}

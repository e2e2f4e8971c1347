package ledger

import (
	"context"
	"database/sql"
	"time"
)

// Prune deletes the calls that started before a time, with their texts, and tells how many. The hourly
// sums stay, so that reports on cost reach further back than the log. Conversations have a life of their
// own: PruneConversations.
func (l *Ledger) Prune(ctx context.Context, before time.Time) (int64, error) {
	return l.delete(ctx, `DELETE FROM calls WHERE time < ?`, before)
}

// PruneConversations deletes the conversations that nobody has added to since a time, and tells how many.
func (l *Ledger) PruneConversations(ctx context.Context, before time.Time) (int64, error) {
	return l.delete(ctx, `DELETE FROM conversations WHERE updated < ?`, before)
}

func (l *Ledger) delete(ctx context.Context, query string, before time.Time) (n int64, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, query, before.UnixNano())
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

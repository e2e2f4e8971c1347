package ledger

import (
	"context"
	"database/sql"
	"time"
)

// Old is how much of the ledger is older than a time.
type Old struct {
	Calls         int64 `json:"calls"`         // that started before it
	Texts         int64 `json:"texts"`         // of such calls: how many have texts or hashes
	Conversations int64 `json:"conversations"` // that nobody has added to since
}

// Older counts what Prune, PruneTexts and PruneConversations would delete of a tenant; "" means of all tenants, there too.
func (l *Ledger) Older(ctx context.Context, before time.Time, tenant string) (o Old, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM calls WHERE time < ?1`+ofTenant+`),
		(SELECT count(*) FROM call_texts JOIN calls USING (seq) WHERE time < ?1`+ofTenant+`),
		(SELECT count(*) FROM conversations WHERE updated < ?1`+ofTenant+`)`, nanos(before), nil, tenant).Scan(&o.Calls, &o.Texts, &o.Conversations)
	return o, err
}

// Prune deletes the calls that started before a time, with their texts, and tells how many. The hourly
// sums stay, so that reports on cost reach further back than the log. Conversations have a life of their
// own: PruneConversations.
func (l *Ledger) Prune(ctx context.Context, before time.Time, tenant string) (int64, error) {
	return l.delete(ctx, deleteCalls, before, tenant, 0)
}

// PruneTexts deletes the texts of the calls that started before a time, in the search index too, and tells
// of how many calls. The calls stay.
func (l *Ledger) PruneTexts(ctx context.Context, before time.Time, tenant string) (int64, error) {
	return l.delete(ctx, deleteTexts, before, tenant, 0)
}

// PruneConversations deletes the conversations that nobody has added to since a time, and tells how many.
func (l *Ledger) PruneConversations(ctx context.Context, before time.Time, tenant string) (int64, error) {
	return l.delete(ctx, deleteConversations, before, tenant, 0)
}

const (
	ofTenant            = ` AND (?3 = '' OR tenant = ?3)`
	deleteCalls         = `DELETE FROM calls WHERE seq IN (SELECT seq FROM calls WHERE time < ?1` + ofTenant + ` ORDER BY time LIMIT ?2)`
	deleteTexts         = `DELETE FROM call_texts WHERE seq IN (SELECT seq FROM call_texts JOIN calls USING (seq) WHERE time < ?1` + ofTenant + ` ORDER BY time LIMIT ?2)`
	deleteConversations = `DELETE FROM conversations WHERE id IN (SELECT id FROM conversations WHERE updated < ?1` + ofTenant + ` ORDER BY updated LIMIT ?2)`
)

// pruneBatch is how many rows go in one transaction: others wait to write meanwhile.
const pruneBatch = 5000

// delete deletes what is older, at most limit rows; 0 means all.
func (l *Ledger) delete(ctx context.Context, query string, before time.Time, tenant string, limit int64) (total int64, err error) {
	for limit == 0 || total < limit {
		n := int64(0)
		err := l.db.Write(ctx, func(tx *sql.Tx) error {
			res, err := tx.ExecContext(ctx, query, nanos(before), pruneBatch, tenant)
			if err != nil {
				return err
			}
			n, err = res.RowsAffected()
			return err
		})
		if total += n; err != nil || n == 0 {
			return total, err
		}
	}
	return total, nil
}

// Shrink gives the room of what was pruned back to the disk and clears its words out of the search index.
// It needs as much free room as the database has content, and others cannot write meanwhile.
func (l *Ledger) Shrink(ctx context.Context) error {
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO call_search(call_search) VALUES('optimize')`)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := l.db.ExecContext(ctx, `VACUUM`); err != nil {
		return err
	}
	_, err = l.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

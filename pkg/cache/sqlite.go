package cache

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"iter"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// SQLite keeps entries in the project's database, where several processes may use it.
type SQLite struct {
	db    *sqlite.DB
	limit int64
}

// NewSQLite prepares the cache's tables in db, which the caller closes after the store. limit is the most
// bytes of answers that are kept; 0 means no limit.
func NewSQLite(ctx context.Context, db *sqlite.DB, limit int64) (*SQLite, error) {
	if err := db.Migrate(ctx, sqlite.Schema{Name: "cache", Migrations: []string{cacheTables}}); err != nil {
		return nil, err
	}
	return &SQLite{db, limit}, nil
}

// Times are nanoseconds since 1970 in UTC. cache_size is kept by the triggers, so that it is right whoever
// writes.
const cacheTables = `
CREATE TABLE cache_entries (
	id INTEGER PRIMARY KEY,
	key TEXT NOT NULL UNIQUE,
	tenant TEXT NOT NULL,
	model TEXT NOT NULL,
	prompt TEXT NOT NULL,
	created INTEGER NOT NULL,
	expires INTEGER NOT NULL, -- 0 means never
	used INTEGER NOT NULL,
	hits INTEGER NOT NULL,
	size INTEGER NOT NULL,
	response BLOB NOT NULL
);
CREATE INDEX cache_by_use ON cache_entries (used, size);
CREATE INDEX cache_by_expiry ON cache_entries (expires) WHERE expires <> 0;

CREATE TABLE cache_size (id INTEGER PRIMARY KEY CHECK (id = 1), entries INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO cache_size VALUES (1, 0, 0);
CREATE TRIGGER cache_added AFTER INSERT ON cache_entries BEGIN
	UPDATE cache_size SET entries = entries + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER cache_removed AFTER DELETE ON cache_entries BEGIN
	UPDATE cache_size SET entries = entries - 1, bytes = bytes - old.size;
END;
CREATE TRIGGER cache_replaced AFTER UPDATE OF size ON cache_entries BEGIN
	UPDATE cache_size SET bytes = bytes + new.size - old.size;
END;
`

const entryColumns = `key, tenant, model, prompt, created, expires, used, hits, size`

// Get implements Store.
func (s *SQLite) Get(_ context.Context, key string, now time.Time) (e *Entry, err error) {
	err = s.db.Look(context.Background(), func(c *sqlite.Short) error { // it takes microseconds, and waits for nobody
		var id [1]driver.Value // first by itself: most questions are new ones, and each column costs
		found, err := c.Row(`SELECT id FROM cache_entries WHERE key = ? AND (expires = 0 OR expires > ?)`, id[:], key, now.UnixNano())
		if err != nil || !found {
			return err
		}
		var row [10]driver.Value
		found, err = c.Row(`SELECT `+entryColumns+`, response FROM cache_entries WHERE id = ? AND key = ?`, row[:], id[0], key)
		if found {
			e = entryOf(row)
		}
		return err
	})
	return e, err
}

func entryOf(row [10]driver.Value) *Entry {
	text := func(i int) string { s, _ := row[i].(string); return s }
	number := func(i int) int64 { n, _ := row[i].(int64); return n }
	e := &Entry{
		Key: text(0), Tenant: text(1), Model: text(2), Prompt: text(3), Created: time.Unix(0, number(4)).UTC(),
		Used: time.Unix(0, number(6)).UTC(), Hits: number(7), Size: number(8),
	}
	if n := number(5); n != 0 {
		e.Expires = time.Unix(0, n).UTC()
	}
	e.Response, _ = row[9].([]byte)
	return e
}

func scanEntry(row *sql.Rows) (*Entry, error) {
	var e Entry
	var created, expires, used int64
	if err := row.Scan(&e.Key, &e.Tenant, &e.Model, &e.Prompt, &created, &expires, &used, &e.Hits, &e.Size); err != nil {
		return nil, err
	}
	e.Created, e.Used = time.Unix(0, created).UTC(), time.Unix(0, used).UTC()
	if expires != 0 {
		e.Expires = time.Unix(0, expires).UTC()
	}
	return &e, nil
}

// Write implements Store. What is not done at once because somebody waits to write follows in another transaction.
func (s *SQLite) Write(ctx context.Context, added []Entry, used []Use, now time.Time) error {
	for {
		err := s.db.Short(ctx, func(tx *sqlite.Short) (err error) {
			if added, used, err = s.some(tx, added, used); err == nil && len(added)+len(used) == 0 {
				err = s.shrink(tx, now)
			}
			return err
		})
		if err != nil || len(added)+len(used) == 0 {
			return err
		}
	}
}

// atOnce is how many rows are written even when others wait to.
const atOnce = 16

// some writes until there is no more, or somebody waits, and gives what is left.
func (s *SQLite) some(tx *sqlite.Short, added []Entry, used []Use) ([]Entry, []Use, error) {
	for n := 0; len(added)+len(used) > 0 && (n < atOnce || !s.db.Contended()); n++ {
		if len(added) > 0 {
			if err := put(tx, &added[0]); err != nil {
				return nil, nil, err
			}
			added = added[1:]
			continue
		}
		u := used[0]
		if _, err := tx.Exec(`UPDATE cache_entries SET hits = hits + ?, used = max(used, ?) WHERE key = ?`, u.Hits, u.At.UnixNano(), u.Key); err != nil {
			return nil, nil, err
		}
		used = used[1:]
	}
	return added, used, nil
}

func put(tx *sqlite.Short, e *Entry) error {
	var expires int64
	if !e.Expires.IsZero() {
		expires = e.Expires.UnixNano()
	}
	_, err := tx.Exec(`INSERT INTO cache_entries (`+entryColumns+`, response)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET created = excluded.created,
		expires = excluded.expires, used = excluded.used, size = excluded.size, response = excluded.response`,
		e.Key, e.Tenant, e.Model, e.Prompt, e.Created.UnixNano(), expires, e.Used.UnixNano(), e.Hits, e.Size, []byte(e.Response))
	return err
}

// shrink removes what has expired, and when the rest is over the limit, what was used longest ago until a
// twentieth of the limit is free: not at every write, then.
func (s *SQLite) shrink(tx *sqlite.Short, now time.Time) error {
	if _, err := tx.Exec(`DELETE FROM cache_entries WHERE expires <> 0 AND expires <= ?`, now.UnixNano()); err != nil {
		return err
	}
	var row [1]driver.Value
	_, err := tx.Row(`SELECT bytes FROM cache_size`, row[:])
	bytes, _ := row[0].(int64)
	if err != nil || s.limit <= 0 || bytes <= s.limit {
		return err
	}
	_, err = tx.Exec(`DELETE FROM cache_entries WHERE id IN (
		SELECT id FROM (SELECT id, sum(size) OVER (ORDER BY used, id) - size AS before FROM cache_entries)
		WHERE before < ?)`, bytes-(s.limit-s.limit/20))
	return err
}

// Each implements Keeper.
func (s *SQLite) Each(ctx context.Context, f Filter) iter.Seq2[Entry, error] {
	where, args := f.sql()
	return func(yield func(Entry, error) bool) {
		rows, err := s.db.QueryContext(ctx, `SELECT `+entryColumns+` FROM cache_entries `+where+` ORDER BY used DESC, id DESC`, args...)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		defer rows.Close() //nolint:errcheck // only read from
		for rows.Next() {
			e, err := scanEntry(rows)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if !yield(*e, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Entry{}, err)
		}
	}
}

// sql is the filter as a WHERE clause. A key's beginning and a prompt's name are compared as such: no
// character of them is a wildcard.
func (f Filter) sql() (where string, args []any) {
	var all []string
	add := func(clause string, values ...any) { all, args = append(all, clause), append(args, values...) }
	if f.Key != "" {
		add(`substr(key, 1, length(?)) = ?`, f.Key, f.Key)
	}
	if f.Tenant != "" {
		add(`tenant = ?`, f.Tenant)
	}
	if f.Model != "" {
		add(`model = ?`, f.Model)
	}
	if f.Prompt != "" {
		add(`(prompt = ? OR substr(prompt, 1, length(?) + 1) = ? || '@')`, f.Prompt, f.Prompt, f.Prompt)
	}
	if !f.Before.IsZero() {
		add(`created < ?`, f.Before.UnixNano())
	}
	if len(all) == 0 {
		return "", nil
	}
	return `WHERE ` + strings.Join(all, ` AND `), args
}

// Clear implements Keeper.
func (s *SQLite) Clear(ctx context.Context, f Filter) (n int, err error) {
	where, args := f.sql()
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		// Counted first: without a WHERE clause SQLite may empty the table in one go and count nothing.
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM cache_entries `+where, args...).Scan(&n); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM cache_entries `+where, args...)
		return err
	})
	return n, err
}

// Stats implements Keeper.
func (s *SQLite) Stats(ctx context.Context, now time.Time) (Stats, error) {
	st := Stats{Limit: s.limit}
	err := s.db.QueryRowContext(ctx, `SELECT entries, bytes,
		(SELECT ifnull(sum(hits), 0) FROM cache_entries),
		(SELECT count(*) FROM cache_entries WHERE expires <> 0 AND expires <= ?) FROM cache_size`, now.UnixNano()).
		Scan(&st.Entries, &st.Bytes, &st.Hits, &st.Expired)
	return st, err
}

// Close implements Keeper; the database is its owner's.
func (s *SQLite) Close() error { return nil }

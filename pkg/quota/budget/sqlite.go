package budget

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// SQLite keeps states in a database: one row a scope, which a decision writes under the database's write
// lock. What it wrote last it remembers, and reads a row again only when another process has written since.
type SQLite struct {
	db *sqlite.DB

	// For whoever is in db.Short.
	conn    *sqlite.Short  // on which known was written; another one means that a transaction failed
	known   map[Scope]*row // as they are in the database while changes is what stands there
	changes int64
	buffer  []byte
	args    []any
}

// row is an entry, and its scope as the driver takes it.
type row struct {
	entry
	key any
}

const quotaTable = `
CREATE TABLE quota_states (
	scope TEXT PRIMARY KEY, -- '' has in state how many changes there were, of all scopes
	state NOT NULL, -- a State in its binary form; '' is the zero State
	limits TEXT NOT NULL -- JSON: amounts by resource, set by hand
) WITHOUT ROWID;
INSERT INTO quota_states VALUES ('', 1, '');
`

// NewSQLite prepares the table in db, which the caller closes.
func NewSQLite(ctx context.Context, db *sqlite.DB) (*SQLite, error) {
	if err := db.Migrate(ctx, sqlite.Schema{Name: "quotas", Migrations: []string{quotaTable}}); err != nil {
		return nil, err
	}
	return &SQLite{db: db}, nil
}

// Reserve implements Store.
func (s *SQLite) Reserve(ctx context.Context, r Request) (out []Usage, err error) {
	var limit *LimitError
	err = s.db.Short(ctx, func(tx *sqlite.Short) error {
		if err := s.load(tx, &r); err != nil {
			return err
		}
		out, err = r.reserve(func(scope Scope) *entry { return &s.known[scope].entry })
		_ = errors.As(err, &limit) // what was forgotten on the way is written all the same
		return s.write(tx, &r)
	})
	switch {
	case err != nil:
		return nil, err
	case limit != nil:
		return nil, limit
	}
	return out, nil
}

// maxKnown bounds the rows that are remembered.
const maxKnown = 4096

// load counts a change, and reads what is not known of the request's scopes.
func (s *SQLite) load(tx *sqlite.Short, r *Request) error {
	if err := s.changed(tx); err != nil {
		return err
	}
	if len(s.known) > maxKnown {
		clear(s.known)
	}
	return r.each(func(scope Scope) error {
		if s.known[scope] != nil {
			return nil
		}
		read, err := s.read(tx, scope)
		s.known[scope] = read
		return err
	})
}

// changed counts a change. What is known is forgotten when there was another one that was not ours.
func (s *SQLite) changed(tx *sqlite.Short) error {
	if s.conn == tx {
		n, err := tx.Exec(`UPDATE quota_states SET state = state + 1 WHERE scope = '' AND state = ?`, s.changes)
		if err != nil || n == 1 {
			s.changes++
			return err
		}
	}
	s.conn, s.known = tx, map[Scope]*row{}
	if _, err := tx.Exec(`UPDATE quota_states SET state = state + 1 WHERE scope = ''`); err != nil {
		return err
	}
	var now [1]driver.Value
	_, err := tx.Row(`SELECT state FROM quota_states WHERE scope = ''`, now[:])
	s.changes, _ = now[0].(int64)
	return err
}

func (s *SQLite) read(tx *sqlite.Short, scope Scope) (*row, error) {
	out := &row{entry{state: &State{}}, string(scope)}
	var found [2]driver.Value
	ok, err := tx.Row(`SELECT state, limits FROM quota_states WHERE scope = ?`, found[:], out.key)
	if err != nil || !ok {
		return out, err
	}
	state, ok := found[0].([]byte)
	if text, _ := found[0].(string); !ok && text != "" {
		state = []byte(text) // nothing that we wrote
	}
	limits, _ := found[1].(string)
	out.entry, err = parse(scope, state, limits)
	return out, err
}

func parse(scope Scope, state []byte, limits string) (e entry, err error) {
	if e.state, err = decode(state); err == nil && limits != "" {
		err = json.Unmarshal([]byte(limits), &e.limits)
	}
	if err != nil {
		return e, fmt.Errorf("quota of %s: %w", scope, err)
	}
	return e, nil
}

// write puts the request's rows down in one statement.
func (s *SQLite) write(tx *sqlite.Short, r *Request) error {
	s.buffer, s.args = s.buffer[:0], s.args[:0]
	err := r.each(func(scope Scope) error {
		row, from := s.known[scope], len(s.buffer)
		s.buffer = row.state.encode(s.buffer)
		s.args = append(s.args, row.key, s.buffer[from:len(s.buffer):len(s.buffer)])
		return nil
	})
	if err != nil || len(s.args) == 0 {
		return err
	}
	_, err = tx.Exec(upserts(len(s.args)/2), s.args...)
	return err
}

// upserts is the statement for a number of rows.
func upserts(rows int) string {
	const one, end = `(?, ?, '')`, ` ON CONFLICT (scope) DO UPDATE SET state = excluded.state`
	switch rows { // the usual ones: two or four scopes, and those of calls that ended
	case 1:
		return `INSERT INTO quota_states VALUES ` + one + end
	case 2:
		return `INSERT INTO quota_states VALUES ` + one + `, ` + one + end
	case 3:
		return `INSERT INTO quota_states VALUES ` + one + `, ` + one + `, ` + one + end
	case 4:
		return `INSERT INTO quota_states VALUES ` + one + `, ` + one + `, ` + one + `, ` + one + end
	}
	return `INSERT INTO quota_states VALUES ` + one + strings.Repeat(`, `+one, rows-1) + end
}

// Settle implements Store.
func (s *SQLite) Settle(ctx context.Context, settled ...Settlement) error {
	_, err := s.Reserve(ctx, Request{Settled: settled})
	return err
}

// Get implements Store.
func (s *SQLite) Get(ctx context.Context, scope Scope) (*State, Limits, error) {
	var state []byte
	var limits string
	err := s.db.QueryRowContext(ctx, `SELECT state, limits FROM quota_states WHERE scope = ?`, string(scope)).Scan(&state, &limits)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	e, err := parse(scope, state, limits)
	return e.state, e.limits, err
}

// Scopes implements Store.
func (s *SQLite) Scopes(ctx context.Context) ([]Scope, error) {
	return s.list(ctx, `scope <> ''`)
}

// Limited implements Store.
func (s *SQLite) Limited(ctx context.Context) ([]Scope, error) {
	return s.list(ctx, `limits <> ''`)
}

func (s *SQLite) list(ctx context.Context, where string) ([]Scope, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT scope FROM quota_states WHERE `+where+` ORDER BY scope`)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // only read from
	var out []Scope
	for rows.Next() {
		var scope string
		if err := rows.Scan(&scope); err != nil {
			return nil, err
		}
		out = append(out, Scope(scope))
	}
	return out, rows.Err()
}

// Limits implements Store.
func (s *SQLite) Limits(ctx context.Context, scope Scope) (Limits, error) {
	_, limits, err := s.Get(ctx, scope)
	return limits, err
}

// SetLimits implements Store.
func (s *SQLite) SetLimits(ctx context.Context, scope Scope, limits Limits) error {
	text := ""
	if len(limits) > 0 {
		b, err := json.Marshal(limits)
		if err != nil {
			return err
		}
		text = string(b)
	}
	return s.change(ctx, `INSERT INTO quota_states VALUES (?2, '', ?1) ON CONFLICT (scope) DO UPDATE SET limits = excluded.limits`, text, string(scope))
}

// Reset implements Store.
func (s *SQLite) Reset(ctx context.Context, scope Scope) error {
	return s.change(ctx, `UPDATE quota_states SET state = ?1 WHERE scope = ?2`, "", string(scope))
}

// change is one of a row that is not known here afterwards, nor in other processes.
func (s *SQLite) change(ctx context.Context, query, value, scope string) error {
	return s.db.Short(ctx, func(tx *sqlite.Short) error {
		if err := s.changed(tx); err != nil {
			return err
		}
		delete(s.known, Scope(scope))
		_, err := tx.Exec(query, value, scope)
		return err
	})
}

// Close implements Store; the database is its owner's.
func (s *SQLite) Close() error { return nil }

package budget

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// SQLite keeps states in the project's database: one row a scope, which a decision reads and writes under the
// database's write lock.
type SQLite struct {
	db       *sqlite.DB
	get, put *sql.Stmt
}

const quotaTable = `
CREATE TABLE quota_scopes (
	scope TEXT PRIMARY KEY,
	state TEXT NOT NULL, -- JSON of a State
	limits TEXT NOT NULL -- JSON: amounts by resource, set by hand
) WITHOUT ROWID;
`

// NewSQLite prepares the table in db, which the caller closes.
func NewSQLite(ctx context.Context, db *sqlite.DB) (*SQLite, error) {
	if err := db.Migrate(ctx, sqlite.Schema{Name: "quota", Migrations: []string{quotaTable}}); err != nil {
		return nil, err
	}
	s := &SQLite{db: db}
	var err error
	if s.get, err = db.PrepareContext(ctx, `SELECT state, limits FROM quota_scopes WHERE scope = ?`); err != nil {
		return nil, err
	}
	s.put, err = db.PrepareContext(ctx, `INSERT INTO quota_scopes VALUES (?, ?, '') ON CONFLICT (scope) DO UPDATE SET state = excluded.state`)
	return s, err
}

func encode(s *State) (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}

func decode(text string) (*State, error) {
	s := &State{}
	if text == "" {
		return s, nil
	}
	return s, json.Unmarshal([]byte(text), s)
}

// read gives a scope's entry, and whether there is one.
func (s *SQLite) read(ctx context.Context, get *sql.Stmt, scope Scope) (*entry, bool, error) {
	var state, limits string
	err := get.QueryRowContext(ctx, string(scope)).Scan(&state, &limits)
	if errors.Is(err, sql.ErrNoRows) {
		return &entry{state: &State{}}, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	e := &entry{}
	if e.state, err = decode(state); err == nil && limits != "" {
		err = json.Unmarshal([]byte(limits), &e.limits)
	}
	if err != nil {
		return nil, false, fmt.Errorf("quota of %s: %w", scope, err)
	}
	return e, true, nil
}

func (s *SQLite) write(ctx context.Context, tx *sql.Tx, scope Scope, state *State) error {
	text, err := encode(state)
	if err != nil {
		return err
	}
	_, err = tx.StmtContext(ctx, s.put).ExecContext(ctx, string(scope), text) //nolint:sqlclosecheck // it ends with tx
	return err
}

// Reserve implements Store.
func (s *SQLite) Reserve(ctx context.Context, r Request) (out []Usage, err error) {
	var limit *LimitError
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		entries := map[Scope]*entry{}
		for _, scope := range r.touched() {
			if entries[scope], _, err = s.read(ctx, tx.StmtContext(ctx, s.get), scope); err != nil {
				return err
			}
		}
		out, err = r.reserve(entries)
		_ = errors.As(err, &limit) // what was forgotten on the way is written all the same
		for scope, e := range entries {
			if err := s.write(ctx, tx, scope, e.state); err != nil {
				return err
			}
		}
		return nil
	})
	if limit != nil {
		return nil, limit
	}
	return out, err
}

// Settle implements Store.
func (s *SQLite) Settle(ctx context.Context, settled ...Settlement) error {
	_, err := s.Reserve(ctx, Request{Settled: settled})
	return err
}

// Get implements Store.
func (s *SQLite) Get(ctx context.Context, scope Scope) (*State, Limits, error) {
	e, ok, err := s.read(ctx, s.get, scope)
	if err != nil || !ok {
		return nil, nil, err
	}
	return e.state, e.limits, nil
}

// Scopes implements Store.
func (s *SQLite) Scopes(ctx context.Context) ([]Scope, error) {
	return s.list(ctx, ``)
}

// Limited implements Store.
func (s *SQLite) Limited(ctx context.Context) ([]Scope, error) {
	return s.list(ctx, `WHERE limits <> ''`)
}

func (s *SQLite) list(ctx context.Context, where string) ([]Scope, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT scope FROM quota_scopes `+where+` ORDER BY scope`)
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
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO quota_scopes VALUES (?, '', ?) ON CONFLICT (scope) DO UPDATE SET limits = excluded.limits`,
			string(scope), text)
		return err
	})
}

// Reset implements Store.
func (s *SQLite) Reset(ctx context.Context, scope Scope) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE quota_scopes SET state = '' WHERE scope = ?`, string(scope))
		return err
	})
}

// Close lets go of what the store holds of the database, which is its owner's.
func (s *SQLite) Close() error { return errors.Join(s.get.Close(), s.put.Close()) }

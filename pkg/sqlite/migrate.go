package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Schema is what one component keeps in the database. Components share the file without knowing of each
// other: each has its own name, tables and count of migrations.
type Schema struct {
	Name string // "ledger"
	// Migrations are SQL scripts; the version of a schema is how many of them have run. A published one
	// is never edited or removed: what changes is added at the end.
	Migrations []string
}

// Migrate runs the migrations of s that have not run yet, all in one transaction. When there is none, it
// costs one read. A version above len(s.Migrations) is a *diag.Error: a newer llmops wrote it.
func (db *DB) Migrate(ctx context.Context, s Schema) error {
	have, err := db.version(ctx, s)
	if err != nil || have == len(s.Migrations) {
		return db.Explain(err)
	}
	return db.Write(ctx, func(tx *sql.Tx) error { return db.migrate(ctx, tx, s) })
}

// Behind tells whether the database holds s as an older llmops has made it, so that Migrate, or an Open, has something
// to change. It costs one read.
func (db *DB) Behind(ctx context.Context, s Schema) (bool, error) {
	have, err := db.version(ctx, s)
	return have > 0 && have < len(s.Migrations), err
}

func (db *DB) migrate(ctx context.Context, tx *sql.Tx, s Schema) error {
	const table = `CREATE TABLE IF NOT EXISTS schema_versions (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID`
	if _, err := tx.ExecContext(ctx, table); err != nil {
		return err
	}
	// Another process may have done it while this one waited for the lock.
	have, err := readVersion(ctx, tx, s.Name)
	if err != nil {
		return err
	}
	if err := db.known(s, have); err != nil {
		return err
	}
	for i := have; i < len(s.Migrations); i++ {
		if _, err := tx.ExecContext(ctx, s.Migrations[i]); err != nil {
			return fmt.Errorf("migration %d of schema %s: %w", i+1, s.Name, err)
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO schema_versions VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version`,
		s.Name, len(s.Migrations))
	return err
}

// version is how many migrations of s have run; 0 in a new database.
func (db *DB) version(ctx context.Context, s Schema) (int, error) {
	var tables int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'schema_versions'`).Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	have, err := readVersion(ctx, db, s.Name)
	if err != nil {
		return 0, err
	}
	return have, db.known(s, have)
}

func (db *DB) known(s Schema, have int) error {
	if have <= len(s.Migrations) {
		return nil
	}
	return diag.At(db.path, 0, 0, "holds version %d of the %s tables, and this llmops knows them up to version %d",
		have, s.Name, len(s.Migrations)).WithHint("use the newer llmops that wrote it, or move the file away")
}

// queryer is a database or a transaction.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readVersion(ctx context.Context, q queryer, name string) (int, error) {
	var v int
	err := q.QueryRowContext(ctx, `SELECT version FROM schema_versions WHERE name = ?`, name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return v, err
}

// Package sqlite is the one way to open .llmops/llmops.db, the SQLite file that the ledger, the cache and
// the quotas of a project share between threads and processes.
//
// Start with Open, naming the tables that the caller wants to find:
//
//	db, err := sqlite.Open(ctx, ".llmops/llmops.db", sqlite.Schema{Name: "notes", Migrations: []string{
//		`CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)`,
//	}})
//
// Read with the methods of sql.DB, whose errors Explain words, and change things in Write.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"os"
	"sync/atomic"
	"time"

	modernc "modernc.org/sqlite"

	"github.com/llmops-toolkit/llmops/pkg/filelock"
)

// DB is an open database. It is safe for concurrent use; whoever opened it closes it.
type DB struct {
	*sql.DB
	path    string
	damaged string
	held    *os.File      // the lock that keeps others from moving the file aside; ends with Close
	writing chan struct{} // holds one token: the right to be this process's writer
	waiting atomic.Int32  // goroutines that wait for it

	connector driver.Connector
	short     *Short      // nil until it is needed; for whoever has the right to write
	looks     chan *Short // idle connections of Look
}

// patience is how long a statement waits for another process's lock.
const patience = 10 * time.Second

// Open opens the database at path, creates it and its directory where they are missing (0600 and 0700),
// and brings the schemas up to date. Several processes may do so at once.
//
// A file that is no database, or a broken one, is moved aside and a new one begun: Damaged then gives
// the new name of the old file, which the caller must tell the user. What the user can mend (a directory
// that cannot be written, a database of a newer llmops) is a *diag.Error.
func Open(ctx context.Context, path string, schemas ...Schema) (*DB, error) {
	path, err := prepare(path)
	if err != nil {
		return nil, err
	}
	db, err := connectHeld(ctx, path, schemas)
	if !isDamaged(err) {
		return db, explain(path, err)
	}
	moved, err := setAside(ctx, path, time.Now())
	if err != nil {
		return nil, err
	}
	db, err = connectHeld(ctx, path, schemas)
	if err != nil {
		return nil, explain(path, err)
	}
	db.damaged = moved
	return db, nil
}

// connectHeld connects to a database that nobody moves aside until it is closed.
func connectHeld(ctx context.Context, path string, schemas []Schema) (*DB, error) {
	held, err := hold(ctx, path, filelock.Shared)
	if err != nil {
		return nil, err
	}
	db, err := connect(ctx, path, schemas)
	if err != nil {
		return nil, errors.Join(err, held.Close())
	}
	db.held = held
	return db, nil
}

// Path is where the database lies, absolute.
func (db *DB) Path() string { return db.path }

// Damaged is where Open moved a damaged database that was in the way, or "".
func (db *DB) Damaged() string { return db.damaged }

// Write runs fn in a transaction that holds the write lock from its start, and commits when fn returns
// nil. Within a process writers queue here instead of polling SQLite's lock.
func (db *DB) Write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	if err := db.lock(ctx); err != nil {
		return err
	}
	defer db.unlock()
	return db.met(db.write(ctx, fn))
}

// lock takes the right to write, in the order in which it was asked for.
func (db *DB) lock(ctx context.Context) error {
	select {
	case db.writing <- struct{}{}:
		return nil
	default:
	}
	db.waiting.Add(1)
	defer db.waiting.Add(-1)
	select {
	case db.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return explain(db.path, ctx.Err())
	}
}

func (db *DB) unlock() { <-db.writing }

// Contended tells whether somebody in this process waits to write. Who writes much in the background, and whom nobody
// waits for, then commits what it has and goes on in another transaction.
func (db *DB) Contended() bool { return db.waiting.Load() > 0 }

func (db *DB) write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		_ = tx.Rollback() // the first error is the one that tells
		return err
	}
	return tx.Commit()
}

// connect opens the file and reads enough of it to know whether it is a sound database.
func connect(ctx context.Context, path string, schemas []Schema) (*DB, error) {
	if err := addLists(); err != nil {
		return nil, err
	}
	connector, err := modernc.NewConnector(dsn(path))
	if err != nil {
		return nil, err
	}
	db := &DB{DB: sql.OpenDB(connector), path: path, writing: make(chan struct{}, 1), connector: connector, looks: make(chan *Short, 4)}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(4)
	err = db.first(ctx)
	for i := 0; i < len(schemas) && err == nil; i++ {
		err = db.Migrate(ctx, schemas[i])
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// first makes the first connection. Turning a new file to WAL needs it alone, and SQLite answers BUSY
// there without waiting, so that processes which open it together have to try again; so has one that finds
// no file because another was killed while it moved a damaged one aside.
func (db *DB) first(ctx context.Context) error {
	for start := time.Now(); ; {
		err := db.sound(ctx)
		if gone := db.gone(err); !isBusy(err) && !gone || time.Since(start) > patience {
			return err
		} else if gone {
			if err := touch(db.path); err != nil {
				return err
			}
		}
		if err := wait(ctx); err != nil {
			return err
		}
	}
}

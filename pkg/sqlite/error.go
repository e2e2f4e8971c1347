package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	driver "modernc.org/sqlite"
	code "modernc.org/sqlite/lib"
)

// Error is a failure of a database that its owner can do something about. It is the machine's failure, and no mistake
// in what a user wrote.
type Error struct {
	Path   string
	what   string
	advice string
	Err    error // SQLite's own
}

func (e *Error) Error() string { return e.Path + ": " + e.what + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *Error) Hint() string { return e.advice }

// primary is SQLite's primary result code of err, or 0 (https://www.sqlite.org/rescode.html).
func primary(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func isBusy(err error) bool {
	c := primary(err)
	return c == code.SQLITE_BUSY || c == code.SQLITE_LOCKED
}

func isDamaged(err error) bool {
	c := primary(err)
	return c == code.SQLITE_CORRUPT || c == code.SQLITE_NOTADB || errors.Is(err, errDamaged)
}

// gone tells that there is no file to open.
func (db *DB) gone(err error) bool {
	if primary(err) != code.SQLITE_CANTOPEN {
		return false
	}
	_, err = os.Lstat(db.path)
	return errors.Is(err, fs.ErrNotExist)
}

// explain words SQLite's errors for whom they concern; others pass unchanged.
func explain(path string, err error) error {
	var done *Error
	if err == nil || errors.As(err, &done) {
		return err
	}
	switch c := primary(err); {
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{path, "another writer has held the database too long", "wait for the other llmops, or end it", err}
	case isDamaged(err):
		return &Error{path, "the database is damaged", "the next command moves it aside and begins a new one", err}
	case isBusy(err):
		return &Error{path, fmt.Sprintf("another process has held the database for more than %v", patience), "wait for the other llmops, or end it", err}
	case c == code.SQLITE_READONLY, c == code.SQLITE_CANTOPEN, c == code.SQLITE_PERM, c == code.SQLITE_AUTH:
		return &Error{path, "cannot write the database", "make the file and its directory writable for you", err}
	case c == code.SQLITE_FULL:
		return &Error{path, "no room left for the database", "free some disk space", err}
	case c == code.SQLITE_IOERR:
		return &Error{path, "the disk fails under the database", "check the disk; a network file system cannot hold it", err}
	}
	return err
}

package sqlite

import (
	"errors"
	"io/fs"
	"os"

	driver "modernc.org/sqlite"
	code "modernc.org/sqlite/lib"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

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
	var done *diag.Error
	if err == nil || errors.As(err, &done) {
		return err
	}
	switch c := primary(err); {
	case isDamaged(err):
		return diag.At(path, 0, 0, "the database is damaged: %w", err).
			WithHint("the next command moves it aside and begins a new one")
	case isBusy(err):
		return diag.At(path, 0, 0, "another process has held the database for more than %v: %w", patience, err).
			WithHint("wait for the other llmops, or end it")
	case c == code.SQLITE_READONLY, c == code.SQLITE_CANTOPEN, c == code.SQLITE_PERM, c == code.SQLITE_AUTH:
		return diag.At(path, 0, 0, "cannot write the database: %w", err).
			WithHint("make the file and its directory writable for you")
	case c == code.SQLITE_FULL:
		return diag.At(path, 0, 0, "no room left for the database: %w", err).WithHint("free some disk space")
	case c == code.SQLITE_IOERR:
		return diag.At(path, 0, 0, "the disk fails under the database: %w", err).
			WithHint("check the disk; a network file system cannot hold it")
	}
	return err
}

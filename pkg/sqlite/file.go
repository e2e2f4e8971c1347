package sqlite

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// prepare makes the directory and an empty file of the right modes, and gives the absolute path. The
// files that SQLite puts beside it take its mode from it.
func prepare(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
		return "", unwritable(abs, err)
	}
	return abs, touch(abs)
}

// touch makes an empty file of mode 0600 where there is none. It makes it under another name first: closing
// any descriptor of a file drops all POSIX locks that the process holds on it, those of SQLite among them
// (https://www.sqlite.org/howtocorrupt.html), so no file is ever open here under the database's name.
func touch(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil && !errors.Is(err, fs.ErrExist) {
			return unwritable(path, err)
		}
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // just moved aside by another process; connect makes it anew
	}
	if err != nil {
		return unwritable(path, err)
	}
	if info.IsDir() {
		return diag.At(path, 0, 0, "is a directory where the database belongs").WithHint("move it away")
	}
	if info.Mode().Perm()&0o077 != 0 {
		_ = os.Chmod(path, 0o600) // somebody else's file stays as it is; SQLite then says what it may not do
	}
	return nil
}

func create(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".llmops-new-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	err = os.Link(f.Name(), path) // unlike a rename it replaces nothing
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// The file system has no links. Whoever comes first makes the file, and two at once are a race that
	// only a database damaged at the same moment could lose.
	f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func unwritable(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err // the path is named once already
	}
	return diag.At(path, 0, 0, "cannot create the database: %w", err).
		WithHint("make %s writable, or work in another directory", filepath.Dir(path))
}

// dsn names the file and what every connection to it is set to.
func dsn(path string) string {
	return fileURL(path) + "?" + url.Values{
		"mode":          {"rw"},        // SQLite would create the file readable for all
		"_txlock":       {"immediate"}, // a transaction that turns from reader to writer fails with BUSY
		"_busy_timeout": {milliseconds(patience)},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"NORMAL"},
		"_foreign_keys": {"on"},
		"_error_rc":     {"1"},
	}.Encode()
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// fileURL is the name by which SQLite takes any path, one with a question mark too.
func fileURL(path string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/… on Windows
	}
	u := url.URL{Scheme: "file", Path: slashed}
	return u.String()
}

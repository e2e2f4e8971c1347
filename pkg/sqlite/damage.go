package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/filelock"
)

// Damage is looked for in two depths. Every Open reads the header and the schema, which finds a file that
// is no database or was cut off, at no cost. Reading every page takes a second for each few hundred
// megabytes; that is done (Check) only after a statement met a broken page, of which a file beside the
// database tells the next Open.

// suspectSuffix names the empty file that asks the next Open for a Check.
const suspectSuffix = ".suspect"

// errDamaged is what a failed Check is known by.
var errDamaged = errors.New("the database is damaged")

// Check reads the whole database and fails when a page of it is broken.
func (db *DB) Check(ctx context.Context) error {
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return explain(db.path, err)
	}
	if verdict != "ok" {
		return explain(db.path, fmt.Errorf("%w: %s", errDamaged, verdict))
	}
	return nil
}

// sound fails with a damage error when the header or the schema cannot be read.
func (db *DB) sound(ctx context.Context) error {
	// SQLite takes a file shorter than its smallest page for an empty one and would write over it.
	if info, err := os.Stat(db.path); err == nil && info.Size() > 0 && info.Size() < 512 {
		return fmt.Errorf("%w: it has only %d bytes", errDamaged, info.Size())
	}
	var n int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&n); err != nil {
		return err
	}
	if _, err := os.Stat(db.path + suspectSuffix); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := db.Check(ctx); err != nil {
		return err
	}
	if err := os.Remove(db.path + suspectSuffix); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil // another process has found the same
}

// Explain is for errors from the methods of sql.DB. One of SQLite's gets what Write's errors have, the advice for a user,
// and where it tells of a broken page, the next Open reads all of them. Others pass unchanged.
func (db *DB) Explain(err error) error {
	if primary(err) == 0 {
		return err
	}
	return db.met(err)
}

// met explains an error that a statement met.
func (db *DB) met(err error) error {
	if isDamaged(err) {
		db.suspect()
	}
	return explain(db.path, err)
}

func (db *DB) suspect() {
	// Where not even this can be written, the next command meets the damage anew.
	if f, err := os.OpenFile(db.path+suspectSuffix, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		_ = f.Close()
	}
}

// setAside moves a damaged database with its journal files to path.damaged-TIME and puts an empty file in
// its place, once nobody has it open. Of several processes that meet the damage one does it; for the others it
// returns "".
func setAside(ctx context.Context, path string, now time.Time) (string, error) {
	held, err := hold(ctx, path, filelock.Exclusive)
	if errors.Is(err, filelock.ErrLocked) {
		return "", &Error{path, "is damaged, and stays in its place while others have it open", "end the other llmops, and the next command moves it aside", err}
	}
	if err != nil {
		return "", err
	}
	defer held.Close()
	db, err := connect(ctx, path, nil)
	if err == nil {
		return "", db.Close() // another process was here first
	}
	if !isDamaged(err) {
		return "", explain(path, err)
	}
	to := freeName(path + ".damaged-" + now.UTC().Format("20060102T150405Z"))
	// The journal goes first: a journal left beside a new database would be played into it.
	for _, suffix := range []string{"-wal", "-shm", suspectSuffix, ""} {
		err := os.Rename(path+suffix, to+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", diag.At(path, 0, 0, "is damaged and cannot be moved aside: %w", err).
				WithHint("close what uses it, and move it away by hand")
		}
	}
	_ = os.Remove(to + suspectSuffix)
	return to, touch(path)
}

func freeName(want string) string {
	name := want
	for i := 2; ; i++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name
		}
		name = fmt.Sprintf("%s-%d", want, i)
	}
}

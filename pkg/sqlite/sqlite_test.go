package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

var counters = sqlite.Schema{Name: "counters", Migrations: []string{
	`CREATE TABLE counters (name TEXT PRIMARY KEY, n INTEGER NOT NULL)`,
}}

const upsert = `INSERT INTO counters VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1`

func open(t testing.TB, path string, schemas ...sqlite.Schema) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, schemas...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func add(ctx context.Context, db *sqlite.DB, name string) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, upsert, name)
		return err
	})
}

func count(t testing.TB, db *sqlite.DB, name string) (n int) {
	t.Helper()
	if err := db.QueryRow(`SELECT n FROM counters WHERE name = ?`, name).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func pragma(t testing.TB, db *sqlite.DB, name string) (v string) {
	t.Helper()
	if err := db.QueryRow("PRAGMA " + name).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOpenSetsEveryConnection(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "llmops.db"))
	want := map[string]string{"journal_mode": "wal", "synchronous": "1", "foreign_keys": "1", "busy_timeout": "10000"}
	got := map[string]string{}
	for name := range want {
		got[name] = pragma(t, db, name)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".llmops")
	db := open(t, filepath.Join(dir, "llmops.db"), counters)
	if err := add(t.Context(), db, "x"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "llmops.db": 0o600, "llmops.db-wal": 0o600, "llmops.db-shm": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

func TestAWideFileIsTightened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llmops.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path, counters)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode %o", got)
	}
}

func TestPathsThatURLsWouldCut(t *testing.T) {
	for _, name := range []string{"a?b=c.db", "100%.db", "a#b.db", "çağrı kayıtları.db", "a&b;c.db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			db := open(t, path, counters)
			if err := add(t.Context(), db, "x"); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path + "-wal"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMigrationsRunOnceAndInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llmops.db")
	db := open(t, path, counters)
	if err := add(t.Context(), db, "kept"); err != nil {
		t.Fatal(err)
	}
	grown := sqlite.Schema{Name: "counters", Migrations: append(counters.Migrations[:1:1],
		`ALTER TABLE counters ADD COLUMN note TEXT NOT NULL DEFAULT 'none'; UPDATE counters SET note = 'old'`)}
	other := sqlite.Schema{Name: "other", Migrations: []string{`CREATE TABLE other (x)`}}
	again := open(t, path, grown, other)
	var note string
	if err := again.QueryRow(`SELECT note FROM counters WHERE name = 'kept'`).Scan(&note); err != nil {
		t.Fatal(err)
	}
	if note != "old" || count(t, again, "kept") != 1 {
		t.Errorf("note %q", note)
	}
	if err := again.Migrate(t.Context(), grown); err != nil {
		t.Error("a second time:", err)
	}
}

func TestAFailedMigrationLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llmops.db")
	broken := sqlite.Schema{Name: "broken", Migrations: []string{`CREATE TABLE one (x)`, `CREATE TABEL two (x)`}}
	_, err := sqlite.Open(t.Context(), path, broken)
	if err == nil || !strings.Contains(err.Error(), "migration 2 of schema broken") {
		t.Fatalf("error %v", err)
	}
	mended := sqlite.Schema{Name: "broken", Migrations: []string{`CREATE TABLE one (x)`, `CREATE TABLE two (x)`}}
	open(t, path, mended)
}

func TestANewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llmops.db")
	open(t, path, sqlite.Schema{Name: "counters", Migrations: []string{`CREATE TABLE a (x)`, `CREATE TABLE b (x)`, `CREATE TABLE c (x)`}})
	_, err := sqlite.Open(t.Context(), path, counters)
	var d *diag.Error
	if !errors.As(err, &d) || d.File != path || d.Hint() == "" {
		t.Fatalf("error %#v", err)
	}
	if want := "holds version 3 of the counters tables, and this llmops knows them up to version 1"; d.Msg != want {
		t.Errorf("got %q, want %q", d.Msg, want)
	}
}

func TestPlacesThatCannotHoldADatabase(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path, says string
		notRoot    bool
	}{
		"a directory":             {dir, "is a directory where the database belongs", false},
		"under a file":            {filepath.Join(file, "llmops.db"), "cannot create the database", false},
		"a read-only directory":   {filepath.Join(closed, "llmops.db"), "cannot create the database: permission denied", true},
		"in one that cannot be":   {filepath.Join(closed, ".llmops", "llmops.db"), "permission denied", true},
		"a name that is too long": {filepath.Join(dir, strings.Repeat("x", 300)), "cannot create the database", false},
	} {
		t.Run(name, func(t *testing.T) {
			if c.notRoot && os.Geteuid() == 0 {
				t.Skip("root may write anywhere")
			}
			_, err := sqlite.Open(t.Context(), c.path)
			var d *diag.Error
			if !errors.As(err, &d) || d.Hint() == "" || !strings.Contains(d.Error(), c.says) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestWritersOfOneProcessQueue(t *testing.T) {
	defer goleak.VerifyNone(t)
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "llmops.db"), counters)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if err := add(t.Context(), db, "n"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, db, "n"); n != 400 {
		t.Errorf("%d writes of 400", n)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestWriteRollsBack(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "llmops.db"), counters)
	stop := errors.New("stop")
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.Exec(upsert, "x"); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM counters`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows, %v", n, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := add(gone, db, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled write: %v", err)
	}
}

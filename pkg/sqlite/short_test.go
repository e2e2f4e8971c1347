package sqlite_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

func rowsOf(t *testing.T, db *sqlite.DB) (n int64) {
	t.Helper()
	err := db.Look(t.Context(), func(s *sqlite.Short) error {
		var row [1]driver.Value
		found, err := s.Row(`SELECT count(*) FROM counters`, row[:])
		if !found {
			t.Error("a count without a row")
		}
		n, _ = row[0].(int64)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const addCounter = `INSERT INTO counters VALUES (?, ?) ON CONFLICT DO NOTHING`

// A short transaction is written whole or not at all, and the next one finds a connection that works.
func TestShort(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "llmops.db"), counters)
	fails := errors.New("fails")
	for i, c := range []struct {
		name string
		fn   func(*sqlite.Short) error
		err  error
		want int64
	}{
		{"written", func(s *sqlite.Short) error { _, err := s.Exec(addCounter, "a", 1); return err }, nil, 1},
		{"taken back", func(s *sqlite.Short) error { _, _ = s.Exec(addCounter, "b", 1); return fails }, fails, 1},
		{"a mistake in a statement", func(s *sqlite.Short) error { _, _ = s.Exec(addCounter, "c", 1); _, err := s.Exec(`SELEC`); return err }, nil, 1},
		{"written again", func(s *sqlite.Short) error { _, err := s.Exec(addCounter, "d", 1); return err }, nil, 2},
	} {
		err := db.Short(t.Context(), c.fn)
		if c.err != nil && !errors.Is(err, c.err) || (err == nil) != (i == 0 || i == 3) {
			t.Errorf("%s: %v", c.name, err)
		}
		if n := rowsOf(t, db); n != c.want {
			t.Errorf("%s: %d rows, want %d", c.name, n, c.want)
		}
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.Short(t.Context(), func(s *sqlite.Short) error {
			_, _ = s.Exec(addCounter, "e", 1)
			panic("in a transaction")
		})
	}()
	if n := rowsOf(t, db); n != 2 {
		t.Errorf("a transaction that panicked left %d rows", n)
	}
}

// Insert tells which row was added, and 0 for none.
func TestInsert(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "llmops.db"), sqlite.Schema{Name: "notes", Migrations: []string{`CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE)`}})
	err := db.Short(t.Context(), func(s *sqlite.Short) error {
		for i, want := range []int64{1, 0, 2} {
			id, err := s.Insert(`INSERT INTO notes (text) VALUES (?) ON CONFLICT DO NOTHING`, []string{"a", "a", "b"}[i])
			if err != nil || id != want {
				t.Errorf("%d: row %d, want %d: %v", i, id, want, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Writers of both kinds queue for the same right, and one in the background learns that somebody waits.
func TestContended(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "llmops.db"), counters)
	var wg sync.WaitGroup
	err := db.Write(t.Context(), func(*sql.Tx) error {
		if db.Contended() {
			t.Error("contended by nobody")
		}
		wg.Go(func() {
			if err := db.Short(context.Background(), func(s *sqlite.Short) error { return nil }); err != nil {
				t.Error(err)
			}
		})
		for !db.Contended() {
		}
		return nil
	})
	wg.Wait()
	if err != nil || db.Contended() {
		t.Errorf("contended: %v, %v", db.Contended(), err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	err = db.Write(t.Context(), func(*sql.Tx) error {
		cancel()
		return db.Short(stopped, func(*sqlite.Short) error { return nil })
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("who waits is not stopped: %v", err)
	}
	impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err = db.Write(t.Context(), func(*sql.Tx) error {
		return db.Short(impatient, func(*sqlite.Short) error { return nil })
	})
	if _, told := errors.AsType[*sqlite.Error](err); !told || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("whose time ran out is not told of which database: %v", err)
	}
}

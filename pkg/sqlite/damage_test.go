package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// filled makes a closed database with some pages in it.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "llmops.db")
	db, err := sqlite.Open(t.Context(), path, counters)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		for i := range 2000 {
			if _, err := tx.Exec(upsert, fmt.Sprintf("counter number %d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func rewrite(t *testing.T, path string, change func([]byte) []byte) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b = change(b)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestADamagedFileIsMovedAside(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"not a database":     func([]byte) []byte { return []byte(strings.Repeat("these are notes\n", 300)) },
		"a short text":       func([]byte) []byte { return []byte("x") },
		"header overwritten": func(b []byte) []byte { return append(make([]byte, 100), b[100:]...) },
		"schema overwritten": func(b []byte) []byte {
			return append(append(b[:100:100], bytes.Repeat([]byte{0xa5}, 3996)...), b[4096:]...)
		},
		"cut off": func(b []byte) []byte { return b[:len(b)/2] },
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t)
			broken := rewrite(t, path, change)
			db := open(t, path, counters)
			if !strings.HasPrefix(db.Damaged(), path+".damaged-2") {
				t.Fatalf("moved to %q", db.Damaged())
			}
			if kept, err := os.ReadFile(db.Damaged()); err != nil || !bytes.Equal(kept, broken) {
				t.Errorf("the old file was changed: %v", err)
			}
			if err := add(t.Context(), db, "new"); err != nil {
				t.Error(err)
			}
		})
	}
}

// brokenFrom overwrites the pages from one on; 2 leaves the header and the schema.
func brokenFrom(page int) func([]byte) []byte {
	return func(b []byte) []byte {
		for i := page * 4096; i < len(b); i++ {
			b[i] = 0xa5
		}
		return b
	}
}

func TestABrokenPageIsFoundByUseAndMovedByTheNextOpen(t *testing.T) {
	path := filled(t)
	rewrite(t, path, brokenFrom(2))
	db := open(t, path, counters)
	if db.Damaged() != "" {
		t.Fatal("found too early for this test to mean anything")
	}
	if err := db.Check(t.Context()); err == nil {
		t.Error("Check finds nothing")
	}
	err := add(t.Context(), db, "counter number 77")
	if err == nil || !strings.Contains(diag.HintOf(err), "the next command moves it aside") {
		t.Fatalf("error %v", err)
	}
	if mistake, ok := errors.AsType[*diag.Error](err); ok {
		t.Errorf("the machine's failure is taken for a mistake of the user: %v", mistake)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path, counters)
	if again.Damaged() == "" {
		t.Error("the next Open kept it")
	}
	if err := add(t.Context(), again, "x"); err != nil {
		t.Error(err)
	}
	if third := open(t, path, counters); third.Damaged() != "" {
		t.Error("a sound database was moved aside")
	}
}

// A connection to a file that is moved away would take the new database's journal for its own.
func TestADamagedDatabaseStaysWhileItIsOpen(t *testing.T) {
	path := filled(t)
	rewrite(t, path, brokenFrom(2))
	db := open(t, path, counters)
	if err := add(t.Context(), db, "counter number 77"); err == nil {
		t.Fatal("nothing is broken")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if again, err := sqlite.Open(ctx, path, counters); err == nil {
		t.Errorf("moved to %q under an open connection", again.Damaged())
	}
	time.AfterFunc(50*time.Millisecond, func() { _ = db.Close() })
	if again := open(t, path, counters); again.Damaged() == "" {
		t.Error("not moved once nobody has it open")
	}
}

func TestASuspectThatIsSoundStays(t *testing.T) {
	path := filled(t)
	if err := os.WriteFile(path+".suspect", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if db := open(t, path, counters); db.Damaged() != "" || count(t, db, "counter number 7") != 1 {
		t.Error("moved")
	}
	if _, err := os.Stat(path + ".suspect"); !os.IsNotExist(err) {
		t.Error("still suspect")
	}
}

func TestOnlyOneOfManyMovesTheDamagedFile(t *testing.T) {
	path := filled(t)
	rewrite(t, path, func([]byte) []byte { return []byte(strings.Repeat("no database ", 1000)) })
	var wg sync.WaitGroup
	var mu sync.Mutex
	var moved []string
	for range 6 {
		wg.Go(func() {
			db, err := sqlite.Open(t.Context(), path, counters)
			if err != nil {
				t.Error(err)
				return
			}
			if err := add(t.Context(), db, "n"); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if db.Damaged() != "" {
				moved = append(moved, db.Damaged())
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(moved) != 1 {
		t.Errorf("moved to %v", moved)
	}
	if n := count(t, open(t, path, counters), "n"); n != 6 {
		t.Errorf("%d writes of 6 are there", n)
	}
}

func TestASuspectThatManyOpenAtOnceStays(t *testing.T) {
	path := filled(t)
	for range 100 {
		if err := os.WriteFile(path+".suspect", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				db, err := sqlite.Open(t.Context(), path, counters)
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
}

// Whatever statement meets a broken page first, the next Open moves the file aside: a look, a query, and the one that
// asks for the version of a schema, which every command begins with.
func TestABrokenPageIsFoundByReadingToo(t *testing.T) {
	find := `SELECT n FROM counters WHERE name = ?`
	for name, c := range map[string]struct {
		from int // the first page that is broken
		read func(*sqlite.DB) error
	}{
		"look": {2, func(db *sqlite.DB) error {
			return db.Look(t.Context(), func(s *sqlite.Short) error {
				_, err := s.Row(find, make([]driver.Value, 1), "counter number 77")
				return err
			})
		}},
		"query": {2, func(db *sqlite.DB) error {
			var n int
			return db.Explain(db.QueryRow(find, "counter number 77").Scan(&n))
		}},
		"version": {1, func(db *sqlite.DB) error { return db.Migrate(t.Context(), counters) }},
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t)
			rewrite(t, path, brokenFrom(c.from))
			db := open(t, path)
			if err := c.read(db); err == nil || !strings.Contains(diag.HintOf(err), "the next command moves it aside") {
				t.Fatalf("error %v", err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if again := open(t, path, counters); again.Damaged() == "" {
				t.Error("the next Open kept it")
			}
		})
	}
}

func TestExplainLeavesOthersErrors(t *testing.T) {
	db := open(t, filled(t))
	for _, err := range []error{nil, context.DeadlineExceeded, sql.ErrNoRows} {
		if got := db.Explain(err); got != err { //nolint:errorlint // the very same
			t.Errorf("%v became %v", err, got)
		}
	}
}

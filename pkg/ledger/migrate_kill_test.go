//go:build !race

// The processes that are killed here are of one goroutine, and take minutes under the race detector.

package ledger_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// many fills the ledger before the last migration with sums of so many hours, and nothing else.
func many(t *testing.T, path string, n int) {
	t.Helper()
	s := ledger.Schema()
	s.Migrations = s.Migrations[:1]
	db, err := sqlite.Open(t.Context(), path, s)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			INSERT INTO call_hours SELECT 480000 + i / 50, 'tenant' || (i % 50), 'chat', 'p/m' || (i % 7), 'p', '1.0.0', 1,1,0,0,0,0, i,0,0,0,2,0, 0,0,i, 0,0, 5 FROM n`, n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Migrations = ledger.Schema().Migrations
	s.Migrations = s.Migrations[:len(s.Migrations)-1]
	if err := db.Migrate(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// A process that is killed while it brings a ledger up to date leaves the old one whole, for the next to begin anew; what
// comes out has all sums.
func TestKilledMigration(t *testing.T) {
	const rows = 20_000
	path := filepath.Join(t.TempDir(), "llmops.db")
	many(t, path, rows)
	last := ledger.Schema()
	old := last
	old.Migrations = old.Migrations[:len(old.Migrations)-1]
	killed := 0
	for wait := 20 * time.Millisecond; wait < 10*time.Second; wait *= 2 {
		if migrateFor(t, path, wait) {
			break
		}
		killed++
		db, err := sqlite.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Check(t.Context()); err != nil {
			t.Error(err)
		}
		if behind, err := db.Behind(t.Context(), last); err != nil || !behind {
			t.Error("killed midway, and not as it was:", behind, err)
		}
		if err := db.Migrate(t.Context(), old); err != nil {
			t.Error(err)
		}
		var n, cost int
		if err := db.QueryRow(`SELECT count(*), sum(cost) FROM call_hours`).Scan(&n, &cost); err != nil || n != rows || cost != rows*(rows+1)/2 {
			t.Error("old rows:", n, cost, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	if killed == 0 {
		t.Error("no process was killed midway")
	}
	allSums(t, path, rows)
}

// migrateFor starts a process that migrates and kills it after a time; it tells whether it was done before.
func migrateFor(t *testing.T, path string, wait time.Duration) bool {
	t.Helper()
	c, lines := startSelf(t, migratePath+"="+path)
	lines.Scan() // it begins
	kill := time.AfterFunc(wait, func() { _ = c.Process.Kill() })
	defer kill.Stop()
	done := lines.Scan()
	_ = c.Wait() // an error where it was killed
	return done
}

// allSums checks that every kind of report has the sums that many has made.
func allSums(t *testing.T, path string, rows int) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l, err := ledger.Open(t.Context(), db, ledger.Options{Sync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, by := range [][]ledger.Dimension{
		{ledger.ByTenant},
		{ledger.ByTenant, ledger.ByModel},
		{ledger.ByModel},
		{ledger.ByDay},
		{ledger.ByPrompt},
		{ledger.ByTenant, ledger.ByPrompt},
		{ledger.ByTenant, ledger.ByDay},
		{ledger.ByRun},
		{ledger.ByRun, ledger.ByDay},
	} {
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 3*3600)} {
			totals, err := l.Totals(t.Context(), ledger.Filter{Zone: zone}, by...)
			if err != nil {
				t.Fatal(err)
			}
			var got ledger.Total
			for i := range totals {
				got.Plus(&totals[i])
			}
			want := ledger.Total{Calls: int64(rows), OK: int64(rows), Latency: time.Duration(5 * rows)}
			want.Usage.UncachedInput, want.Usage.Output = int64(rows*(rows+1)/2), int64(2*rows)
			want.Cost = llm.Money(want.Usage.UncachedInput)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("by %v (-want +got):\n%s", by, diff)
			}
		}
	}
}

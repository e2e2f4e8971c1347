package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "llmops.db")
	open(b, path, counters)
	for b.Loop() {
		db, err := sqlite.Open(b.Context(), path, counters)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "llmops.db"), counters)
	for b.Loop() {
		if err := add(b.Context(), db, "n"); err != nil {
			b.Fatal(err)
		}
	}
}

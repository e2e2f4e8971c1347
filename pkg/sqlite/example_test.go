package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "sqlite")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(dir, ".llmops", "llmops.db"), sqlite.Schema{Name: "notes", Migrations: []string{
		`CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)`,
		`ALTER TABLE notes ADD COLUMN author TEXT`, // a later release
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if old := db.Damaged(); old != "" {
		fmt.Println("the damaged database is now", old)
	}
	err = db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO notes (text) VALUES ('remember')`)
		return err
	})
	var text string
	if err := db.QueryRowContext(ctx, `SELECT text FROM notes`).Scan(&text); err != nil {
		log.Fatal(err)
	}
	fmt.Println(text, err)
	// Output: remember <nil>
}

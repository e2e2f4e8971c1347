package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// childPath in the environment makes this test binary a process that only writes to that database.
const childPath = "LLMOPS_TEST_SQLITE"

const upsertsEach = 500

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(path string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, path, counters)
	if err != nil {
		return err
	}
	for i := range upsertsEach {
		if err := add(ctx, db, fmt.Sprint("n", i%7)); err != nil {
			return err
		}
	}
	return db.Close()
}

func TestProcessesShareTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".llmops", "llmops.db") // not even the directory is there
	var children []*exec.Cmd
	for range 4 {
		c := exec.CommandContext(t.Context(), os.Args[0])
		c.Env = append(os.Environ(), childPath+"="+path)
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, c)
	}
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
	var sum int
	if err := open(t, path, counters).QueryRow(`SELECT sum(n) FROM counters`).Scan(&sum); err != nil {
		t.Fatal(err)
	}
	if want := len(children) * upsertsEach; sum != want {
		t.Errorf("%d upserts of %d", sum, want)
	}
}

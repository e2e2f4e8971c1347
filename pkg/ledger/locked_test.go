package ledger_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// lockVar makes this test binary a process that holds the write lock of the database it names, until its input ends.
const lockVar = "LEDGER_TEST_LOCK"

// TestLockingProcess is not a test but the other process of TestAppendWhileAnotherProcessHoldsTheLock.
func TestLockingProcess(t *testing.T) {
	path := os.Getenv(lockVar)
	if path == "" {
		t.Skip("started by TestAppendWhileAnotherProcessHoldsTheLock only")
	}
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Short(t.Context(), func(*sqlite.Short) error {
		fmt.Println("\nlocked")
		_, err := io.ReadAll(os.Stdin)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// While another process holds the database's write lock no Append waits for it: all of them return although the lock
// is given back only after the last, and all is recorded then.
func TestAppendWhileAnotherProcessHoldsTheLock(t *testing.T) {
	db := database(t)
	l, err := ledger.Open(t.Context(), db, ledger.Options{Texts: ledger.TextsFull})
	if err != nil {
		t.Fatal(err)
	}
	unlock := lockElsewhere(t, db.Path())
	const n = 5000
	for i := range n {
		r := whole()
		r.TraceID = fmt.Sprint("t", i)
		if err := l.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	var early int
	if err := db.QueryRow(`SELECT count(*) FROM calls`).Scan(&early); err != nil || early != 0 {
		t.Errorf("%d calls were written under another process's lock: %v", early, err)
	}
	unlock()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	var written int
	if err := db.QueryRow(`SELECT count(*) FROM calls`).Scan(&written); err != nil || written != n {
		t.Errorf("%d of %d calls are recorded: %v", written, n, err)
	}
}

// lockElsewhere has another process take the write lock, and gives what makes it give that back.
func lockElsewhere(t *testing.T, path string) (unlock func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestLockingProcess$", "-test.v")
	cmd.Env = append(os.Environ(), lockVar+"="+path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "locked" {
	}
	return func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		for lines.Scan() {
		}
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

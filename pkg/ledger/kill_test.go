package ledger_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// childPath in the environment makes this test binary a process that appends until it is killed.
const childPath = "LLMOPS_TEST_LEDGER"

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		fmt.Fprintln(os.Stderr, child(path))
		os.Exit(1)
	}
	if path := os.Getenv(migratePath); path != "" {
		if err := migrate(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child appends without end, and prints how many calls are surely written.
func child(path string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	l, err := ledger.Open(ctx, db, ledger.Options{Texts: ledger.TextsFull})
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		r := whole()
		r.TraceID, r.Time = strconv.Itoa(i), start.Add(time.Duration(i)*time.Second)
		if err := l.Append(ctx, r); err != nil {
			return err
		}
		if i%97 == 96 {
			if err := l.Flush(ctx); err != nil {
				return err
			}
			fmt.Println(i + 1)
		}
	}
}

func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llmops.db")
	for round := range 2 {
		killed := filepath.Join(filepath.Dir(path), strconv.Itoa(round), "llmops.db")
		flushed := killAfter(t, killed, 300*(round+1))
		db, err := sqlite.Open(t.Context(), killed)
		if err != nil {
			t.Fatal(err)
		}
		if db.Damaged() != "" {
			t.Fatal("the database was damaged")
		}
		if err := db.Check(t.Context()); err != nil {
			t.Error(err)
		}
		l, err := ledger.Open(t.Context(), db, ledger.Options{Sync: true})
		if err != nil {
			t.Fatal(err)
		}
		sameSums(t, l, flushed)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// startSelf starts this test binary as a process of its own, which a variable tells what to do, and reads its lines.
func startSelf(t *testing.T, variable string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), variable)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewScanner(out)
}

// killAfter kills a child once it has told of n written calls, and returns how many it told of.
func killAfter(t *testing.T, path string, n int) (flushed int) {
	t.Helper()
	c, lines := startSelf(t, childPath+"="+path)
	for lines.Scan() {
		var err error
		if flushed, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if flushed >= n {
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	return flushed
}

// sameSums checks that the calls are a beginning of what was appended, without a gap, and that the hourly
// sums tell the same as the calls.
func sameSums(t *testing.T, l *ledger.Ledger, atLeast int) {
	t.Helper()
	all, err := l.List(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < atLeast {
		t.Errorf("%d calls, and %d were written", len(all), atLeast)
	}
	for i, r := range all {
		if want := strconv.Itoa(len(all) - 1 - i); r.TraceID != want {
			t.Fatalf("call %s where %s belongs", r.TraceID, want)
		}
	}
	hours, err := l.Totals(t.Context(), ledger.Filter{}, ledger.ByModel)
	if err != nil {
		t.Fatal(err)
	}
	scanned, err := l.Totals(t.Context(), ledger.Filter{Status: ledger.OK}, ledger.ByModel)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(scanned, hours); d != "" {
		t.Error(d)
	}
}

// migratePath in the environment makes this test binary a process that brings a ledger up to date.
const migratePath = "LLMOPS_TEST_MIGRATE"

func migrate(path string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	fmt.Println("begins")
	l, err := ledger.Open(ctx, db, ledger.Options{Sync: true})
	if err != nil {
		return err
	}
	fmt.Println("done")
	return l.Close()
}

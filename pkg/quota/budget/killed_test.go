package budget_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/internal/redistest"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// holdVar makes this test binary a process that holds a place: "sqlite PATH" or "redis URL".
const holdVar = "BUDGET_TEST_HOLD"

// slot is a lease that a test can wait for; calls may take an hour.
const slot = 3 * time.Second

func shared(t *testing.T, where string) (*budget.Budgets, budget.Store) {
	t.Helper()
	kind, at, _ := strings.Cut(where, " ")
	open := openSQLite
	if kind == "redis" {
		open = openRedis
	}
	s := open(t, at)
	return budget.New(budget.Config{Store: s, Limits: atOnce(1), Slot: slot, MaxWait: time.Minute}), s
}

// TestHoldingProcess is not a test but the other process of those below: it takes the place, and gives it back when its
// input ends.
func TestHoldingProcess(t *testing.T) {
	where := os.Getenv(holdVar)
	if where == "" {
		t.Skip("started by other tests only")
	}
	b, _ := shared(t, where)
	r := must(t, b, acme)
	_, _ = os.Stdout.WriteString("held\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
	r.Settle(one(1, 0))
	closed(t, b)
	_, _ = os.Stdout.WriteString("settled\n")
}

// holder is a process that holds the place.
type holder struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

func startHolder(t *testing.T, where string) *holder {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestHoldingProcess$")
	cmd.Env = append(os.Environ(), holdVar+"="+where)
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
	h := &holder{t, cmd, in, bufio.NewReader(out)}
	h.says("held\n")
	return h
}

func (h *holder) says(want string) {
	h.t.Helper()
	if got, err := h.out.ReadString('\n'); got != want || err != nil {
		h.t.Fatalf("the process says %q, %v", got, err)
	}
}

func (h *holder) signal(s os.Signal) {
	h.t.Helper()
	if err := h.cmd.Process.Signal(s); err != nil {
		h.t.Fatal(err)
	}
}

// inBoth runs a test over the stores that processes share.
func inBoth(t *testing.T, test func(t *testing.T, where string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite "+filepath.Join(t.TempDir(), "llmops.db"))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		test(t, "redis "+redistest.Start(t).URL)
	})
}

// full checks for a time that the place is taken.
func full(t *testing.T, b *budget.Budgets, long time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	if _, err := b.Reserve(ctx, []budget.Scope{acme}, one(1, 0)); err == nil {
		t.Fatal("the place of a call under way was given away")
	}
}

// underWayNow waits until so many calls count as under way.
func underWayNow(t *testing.T, s budget.Store, want int64) {
	t.Helper()
	for got := int64(-1); got != want; time.Sleep(slot / 100) {
		state, _, err := s.Get(t.Context(), acme)
		if err != nil {
			t.Fatal(err) // the deadline of the test, too
		}
		got = state.Used(budget.Concurrency, time.Now())
	}
}

// A process that holds the only place lives for some leases, then is killed: the place is free though its call could
// have taken an hour.
func TestKilled(t *testing.T) {
	inBoth(t, func(t *testing.T, where string) {
		h := startHolder(t, where)
		b, _ := shared(t, where)
		full(t, b, 2*slot)
		h.signal(syscall.SIGKILL)
		_ = h.cmd.Wait()
		must(t, b, acme).Settle(one(1, 0))
		closed(t, b)
	})
}

// A process is stopped until its place went to another, and goes on: it is under way beside the other, and when it ends
// it frees its own place.
func TestStopped(t *testing.T) {
	inBoth(t, func(t *testing.T, where string) {
		h := startHolder(t, where)
		b, s := shared(t, where)
		h.signal(syscall.SIGSTOP)
		r := must(t, b, acme)
		h.signal(syscall.SIGCONT)
		underWayNow(t, s, 2)
		if err := h.in.Close(); err != nil {
			t.Error(err)
		}
		h.says("settled\n")
		underWayNow(t, s, 1)
		full(t, b, slot/10)
		r.Settle(one(1, 0))
		must(t, b, acme).Settle(one(1, 0))
		closed(t, b)
		_ = h.cmd.Wait()
	})
}

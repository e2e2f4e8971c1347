//go:build unix

package cli_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// Whoever reads the answer may stop in its middle, as head does: the call is recorded all the same.
func TestAClosedPipeIsRecorded(t *testing.T) {
	dir := project(t, newEcho(t), nil)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd := exec.CommandContext(t.Context(), llmops(t), "chat", "-m", "fake/model", "one two three")
	cmd.Dir, cmd.Env, cmd.Stdout = dir, environment(t, dir), w
	_ = cmd.Run()
	w.Close()
	if code := cmd.ProcessState.ExitCode(); code != 141 {
		t.Errorf("ended with %s; want exit code 141", cmd.ProcessState)
	}
	if list := recorded(t, dir); len(list) != 1 {
		t.Errorf("the ledger holds %+v; want the call", list)
	}
}

// As head -c 1 does, the reader goes while the answer is on its way: the call is ended, and recorded with what came.
func TestAReaderThatLeavesEndsTheCall(t *testing.T) {
	server := newPaced(t)
	dir := project(t, server.URL, nil)
	p := begin(t, dir, "chat", "-m", "fake/model", "Tell me a story")
	server.say(t, "Once")
	p.reads(t, "O")
	if err := p.out.(io.Closer).Close(); err != nil { //nolint:forcetypeassert // the end of a pipe
		t.Fatal(err)
	}
	server.say(t, " upon a time")
	select {
	case <-server.left: // nobody pays for the rest
	case <-time.After(30 * time.Second):
		t.Fatal("the call goes on though nobody reads the answer")
	}
	_ = p.Wait() // its code is looked at next
	if code := p.ProcessState.ExitCode(); code != 141 || p.err.Len() > 0 {
		t.Errorf("ended with %s and %q; want exit code 141 and no word", p.ProcessState, p.err.String())
	}
	list := recorded(t, dir)
	if len(list) != 1 || list[0].Status != "incomplete" || list[0].UsageSource != "estimated" || list[0].Usage == nil || list[0].Usage.Output == 0 {
		t.Errorf("the ledger holds %+v; want the call, incomplete, with an estimate of what it took", list)
	}
}

// recorded lists the calls of a project's ledger.
func recorded(t *testing.T, dir string) []ledger.Record {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, ".llmops", "llmops.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l, err := ledger.Open(t.Context(), db, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	list, err := l.List(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

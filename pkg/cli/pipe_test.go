//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

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
	if list, err := l.List(t.Context(), ledger.Filter{}); err != nil || len(list) != 1 {
		t.Errorf("the ledger holds %+v, %v; want the call", list, err)
	}
}

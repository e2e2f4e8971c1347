package batch_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Bringing an output into order leaves its permissions, and a link to it, as they are.
func TestOrderKeepsModeAndLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such permissions")
	}
	cfg := config(t, questions(500))
	target := filepath.Join(t.TempDir(), "answers.jsonl")
	write(t, target, "")
	if err := os.Chmod(target, 0o640); err != nil { //nolint:gosec // what is kept
		t.Fatal(err)
	}
	if err := os.Symlink(target, cfg.Output); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, cfg, caller(&asked{}, nil)); err != nil {
		t.Fatal(err)
	}
	checkAll(t, target, 500)
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the output has mode %v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(cfg.Output); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
}

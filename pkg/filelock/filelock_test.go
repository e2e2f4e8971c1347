package filelock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/filelock"
)

func TestWhatGoesTogether(t *testing.T) {
	for _, c := range []struct {
		name        string
		have, asked func(*os.File) error
		want        error
	}{
		{"two shared", filelock.Shared, filelock.Shared, nil},
		{"shared beside exclusive", filelock.Exclusive, filelock.Shared, filelock.ErrLocked},
		{"exclusive beside shared", filelock.Shared, filelock.Exclusive, filelock.ErrLocked},
		{"two exclusive", filelock.Exclusive, filelock.Exclusive, filelock.ErrLocked},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "lock")
			first, second := open(t, path), open(t, path)
			if err := c.have(first); err != nil {
				t.Fatal(err)
			}
			if err := c.asked(second); !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			if err := c.asked(second); err != nil {
				t.Errorf("after Close: %v", err)
			}
		})
	}
}

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

//go:build unix

package wholefile_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

func TestModes(t *testing.T) {
	old := unix.Umask(0o027)
	t.Cleanup(func() { unix.Umask(old) })
	words := func(w io.Writer) error {
		_, err := io.WriteString(w, "words")
		return err
	}
	plain := func(path string) error { return wholefile.Write(path, words) }
	secret := func(path string) error { return wholefile.WriteMode(path, 0o600, words) }
	for name, c := range map[string]struct {
		before fs.FileMode // 0: there is no file
		write  func(string) error
		want   fs.FileMode
	}{
		"new":             {0, plain, 0o640},
		"old":             {0o664, plain, 0o664},
		"old and private": {0o600, plain, 0o600},
		"new secret":      {0, secret, 0o600},
		"secret over old": {0o644, secret, 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if c.before != 0 {
				if err := os.WriteFile(path, nil, c.before); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(path, c.before); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.write(path); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != c.want {
				t.Errorf("has mode %v, %v; want %v", info.Mode(), err, c.want)
			}
		})
	}
}

// A link that leads to nothing yet, by way of another directory, makes the file where it leads.
func TestWriteThroughADanglingLink(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "a", "b"), 0o750); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"a/first": "b/second", "a/b/second": "../../third"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "a", "first")
	if err := wholefile.Check(path); err != nil {
		t.Fatal(err)
	}
	if err := wholefile.Write(path, func(io.Writer) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(filepath.Join(dir, "third")); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the file is %v, %v", info, err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info, err)
	}
}

// A circle of links is an error.
func TestWriteToACircle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink("loop", path); err != nil {
		t.Fatal(err)
	}
	if err := wholefile.Check(path); err == nil {
		t.Error("Check finds nothing")
	}
}

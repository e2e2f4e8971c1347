// Package realdata finds the real data that some tests measure against. It lies beside a checkout of
// the project and is no part of it, so a test that asks for it skips where it is absent.
package realdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Path gives the path of a file or folder under ../shared/data, seen from the module's root. Where it
// does not exist, the test is skipped and says why.
func Path(t testing.TB, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's directory")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(append([]string{dir, "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: real data %s is not here", filepath.Join(parts...))
	}
	return path
}

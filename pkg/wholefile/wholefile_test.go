package wholefile_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/wholefile"
)

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.txt")
	write := func(text string, err error) error {
		return wholefile.Write(path, func(w io.Writer) error {
			_, _ = io.WriteString(w, text)
			return err
		})
	}
	if err := write("old", nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the source broke off")
	if err := write("half of the new", broken); !errors.Is(err, broken) {
		t.Errorf("got %v; want the writer's error", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
		t.Errorf("after an error the file holds %q, %v; want what it held before", got, err)
	}
	if err := write("new", nil); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "new" {
		t.Errorf("the file holds %q, %v", got, err)
	}
	if diff := cmp.Diff([]string{"report.txt"}, names(t, dir)); diff != "" {
		t.Errorf("beside the file: %s", diff)
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path  string
		works bool
	}{
		{"new.txt", true},
		{"file", true},
		{"made/on/the/way/new.txt", true},
		{"file/new.txt", false},
		{".", false},
		{"made", false},
	} {
		if err := wholefile.Check(filepath.Join(dir, c.path)); (err == nil) != c.works {
			t.Errorf("%s: %v; want it to work: %v", c.path, err, c.works)
		}
	}
	if diff := cmp.Diff([]string{"file", "made"}, names(t, dir)); diff != "" {
		t.Errorf("what Check leaves: %s", diff)
	}
}

func ExampleWrite() {
	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	path := filepath.Join(dir, "totals.txt")
	err := wholefile.Write(path, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, "42 cases")
		return err
	})
	text, _ := os.ReadFile(path)
	fmt.Print(string(text), err)
	// Output:
	// 42 cases
	// <nil>
}

// A link stays one: what it leads to is what is replaced.
func TestWriteThroughALink(t *testing.T) {
	dir, far := t.TempDir(), t.TempDir()
	target, link := filepath.Join(far, "target.txt"), filepath.Join(dir, "link.txt")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	err := wholefile.Write(link, func(w io.Writer) error {
		_, err := io.WriteString(w, "new")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(target); err != nil || string(got) != "new" {
		t.Errorf("behind the link stands %q, %v", got, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	if diff := cmp.Diff([]string{"target.txt"}, names(t, far)); diff != "" {
		t.Errorf("beside the file: %s", diff)
	}
}

// A name may be as long as the file system takes.
func TestWriteALongName(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("ğ", 125)+".json")
	if err := wholefile.Check(path); err != nil {
		t.Error(err)
	}
	if err := wholefile.Write(path, func(io.Writer) error { return nil }); err != nil {
		t.Error(err)
	}
}

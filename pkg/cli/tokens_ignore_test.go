package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is left out of a directory is what git itself leaves out.
func TestIgnoreIsGits(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("skipped: there is no git to compare with")
	}
	files := []string{
		"a.txt", "a.log", "keep.log", "build/x.txt", "src/build/x.txt", "src/a.go", "src/a.tmp", "src/deep/er/a.tmp", "docs/a.md",
		"docs/api/a.md", "docs/api/b.html", "foo/bar/baz.c", "x/foo/bar/baz.c", "dir/only/y", "dironly", "sub/dironly/z",
		" spaced ", "hash#", "#hash", "!bang", "[x]", "a1b", "a2b", "axb", "deep/a/b/c/d.txt", "deep/top.txt", "star/q/x.o", "star/x.o",
		"un/ignored/in.txt", "un/keep.txt", "nested/deny.txt", "nested/allow.txt", "nested/low/deny.txt", "back\\slash", "ex.cluded",
	}
	for name, rules := range map[string]map[string]string{
		"names and globs":   {".gitignore": "*.log\n!keep.log\n*.tmp\n"},
		"anchored":          {".gitignore": "/build\nfoo/bar\n"},
		"directories only":  {".gitignore": "build/\ndironly/\n"},
		"double stars":      {".gitignore": "**/er\ndocs/**\nfoo/**/baz.c\n"},
		"double star ahead": {".gitignore": "**/foo/bar\n"},
		"star in the path":  {".gitignore": "star/*/x.o\n/*.txt\n"},
		"classes":           {".gitignore": "a[0-9]b\n\\[x]\n"},
		"negated classes":   {".gitignore": "a[!0-9]b\n"},
		"question marks":    {".gitignore": "a?b\n"},
		"escapes":           {".gitignore": "\\#hash\n\\!bang\n# a comment\n\n"},
		"spaces":            {".gitignore": "a.txt   \n\\ spaced\\ \n"},
		"not from the dead": {".gitignore": "un/ignored/\n!un/ignored/in.txt\n"},
		"all but":           {".gitignore": "/un/*\n!/un/keep.txt\n"},
		"nested":            {".gitignore": "allow.txt\n", "nested/.gitignore": "deny.txt\n!allow.txt\n/low/\n"},
		"nested, undone":    {".gitignore": "*.txt\n", "nested/low/.gitignore": "!deny.txt\n"},
		"CRLF and BOM":      {".gitignore": "\ufeff*.log\r\n*.tmp\r\n"},
		"exclude":           {".git/info/exclude": "ex.*\n", ".gitignore": "!nothing\n"},
		"exclude loses":     {".git/info/exclude": "*.log\n", ".gitignore": "!keep.log\n"},
		"broken pattern":    {".gitignore": "a[\n"},
		"a slash alone":     {".gitignore": "/\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			git(t, dir, "init", "-q")
			for _, f := range files {
				put(t, filepath.Join(dir, f), "x")
			}
			for f, text := range rules {
				put(t, filepath.Join(dir, f), text)
			}
			want := strings.Split(strings.TrimRight(git(t, dir, "ls-files", "-z", "--others", "--exclude-standard"), "\x00"), "\x00")
			slices.Sort(want)
			for _, from := range []string{"", "nested", "deep/a"} { // what lies above counts too
				var below []string
				for _, f := range want {
					if strings.HasPrefix(f, from+"/") || from == "" {
						below = append(below, f)
					}
				}
				e := &env{err: io.Discard}
				found, err := e.walk(filepath.Join(dir, from), nil)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, f := range found {
					rel, err := filepath.Rel(dir, f.path)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, filepath.ToSlash(rel))
				}
				slices.Sort(got)
				if diff := cmp.Diff(below, got); diff != "" {
					t.Errorf("from %q (-git +got):\n%s", from, diff)
				}
			}
		})
	}
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...) //nolint:gosec // a test's own arguments
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v", args[0], err)
	}
	return string(out)
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

package prompt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func TestLockAndVerify(t *testing.T) {
	e, dir := editor(t, "p/v1.0.0.md", "---\npartials: [s@^1]\n---\n{{>s}}", "p/v1.1.0-rc.1.md", "draft", "s/v1.0.0.md", "safe\n", "s/v1.0.1.md", "safer\n")
	done, err := e.Lock(prompt.LockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(done.Added) != 3 || done.Versions != 3 {
		t.Errorf("locked %+v", done)
	}
	v, err := e.Resolve("p")
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Resolve("s")
	if err != nil {
		t.Fatal(err)
	}
	lock := read(t, dir, "prompts.lock")
	if want := fmt.Sprintf("p 1.0.0 sha256:%s s@1.0.1=sha256:%s\n", v.SHA256, s.SHA256); !strings.Contains(lock, want) {
		t.Errorf("lock\n%s\nwant the line %s", lock, want)
	}
	check := func(step string, want ...string) {
		t.Helper()
		report, err := e.Verify()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range report.Mismatches {
			got = append(got, m.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", step, diff)
		}
		if (report.Err() == nil) != (len(want) == 0) {
			t.Errorf("%s: error %v", step, report.Err())
		}
	}
	check("untouched")

	// The same text with CRLF is the same text; a prerelease may change; a new partial changes nothing.
	write(t, filepath.Join(dir, "s/v1.0.0.md"), "safe\r\n")
	write(t, filepath.Join(dir, "p/v1.1.0-rc.1.md"), "another draft")
	write(t, filepath.Join(dir, "s/v1.2.0.md"), "safest\n")
	check("allowed changes")
	if again, err := e.Resolve("p"); err != nil || again.SHA256 != v.SHA256 || again.Pins[0].Version != "1.0.1" {
		t.Errorf("the locked prompt moved to %v, %v", again.Pins, err)
	}
	if report, err := e.Verify(); err != nil || !cmp.Equal(report.Unlocked, []string{"s@1.2.0"}) {
		t.Errorf("unlocked %v, %v", report.Unlocked, err)
	}
	again, err := e.Lock(prompt.LockOptions{Prereleases: true})
	if err != nil || len(again.Added) != 2 {
		t.Errorf("locked %+v, %v", again, err)
	}

	write(t, filepath.Join(dir, "p/v1.1.0-rc.1.md"), "a third draft")
	write(t, filepath.Join(dir, "s/v1.0.1.md"), "edited\n")
	if err := os.Remove(filepath.Join(dir, "s/v1.0.0.md")); err != nil {
		t.Fatal(err)
	}
	sum := func(ref string) string {
		l, err := e.ReadLock()
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range l.Entries {
			if entry.Name+"@"+entry.Version == ref {
				return entry.SHA256
			}
		}
		t.Fatalf("%s is not locked", ref)
		return ""
	}
	check("forbidden changes",
		"p 1.1.0-rc.1 was edited: locked as sha256:"+sum("p@1.1.0-rc.1")+", is sha256:"+sumOf("a third draft"),
		"s 1.0.1 was edited: locked as sha256:"+sum("s@1.0.1")+", is sha256:"+sumOf("edited\n"),
		"s 1.0.0 was removed: locked as sha256:"+sum("s@1.0.0"))

	before := read(t, dir, "prompts.lock")
	if _, err := e.Lock(prompt.LockOptions{}); err == nil || !strings.Contains(err.Error(), "p 1.1.0-rc.1 was edited") {
		t.Errorf("lock blessed an edit: %v", err)
	}
	if read(t, dir, "prompts.lock") != before {
		t.Error("a failed lock was written")
	}
	replaced, err := e.Lock(prompt.LockOptions{Replace: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(replaced.Dropped) != 1 || replaced.Dropped[0].Version != "1.0.0" {
		t.Errorf("replaced %+v", replaced)
	}
	check("replaced") // p 1.0.0 too, which includes what was edited

	// Only what is named may be replaced.
	write(t, filepath.Join(dir, "s/v1.0.1.md"), "edited again\n")
	if _, err := e.Lock(prompt.LockOptions{Names: []string{"p"}, Replace: true}); err == nil || !strings.Contains(err.Error(), "s 1.0.1 was edited") {
		t.Errorf("replacing p blessed an edit of s: %v", err)
	}
	if _, err := e.Lock(prompt.LockOptions{Names: []string{"s"}, Replace: true}); err != nil {
		t.Fatal(err)
	}
	check("replaced by name")
}

func sumOf(text string) string {
	v, err := prompt.Open(fstest.MapFS{"x/v1.0.0.md": &fstest.MapFile{Data: []byte(text)}}).Resolve("x")
	if err != nil {
		return err.Error()
	}
	return v.SHA256
}

func TestLockIsDeterministic(t *testing.T) {
	files := []string{"b/v1.0.0.md", "b", "a/v1.10.0.md", "a", "a/v1.9.0.md", "a", "c/v1.0.0.md", "---\npartials: [b@1.0.0]\n---\n{{>b}}"}
	e1, dir1 := editor(t, files...)
	e2, dir2 := editor(t, files...)
	if _, err := e1.Lock(prompt.LockOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"c", "a", "b"} { // one by one, the partial by way of its user
		if _, err := e2.Lock(prompt.LockOptions{Names: []string{name}}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, dir1, "prompts.lock"), read(t, dir2, "prompts.lock")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What does not parse is not published.
func TestLockRefusesBrokenPrompts(t *testing.T) {
	e, dir := editor(t, "a/v1.0.0.md", "fine", "b/v1.0.0.md", "---\n---\n{{x}}")
	if _, err := e.Lock(prompt.LockOptions{}); err == nil || !strings.Contains(err.Error(), "variable x is used and not declared") {
		t.Errorf("error %v", err)
	}
	if files := left(t, dir); len(files) != 2 {
		t.Errorf("something was written: %v", files)
	}
}

func TestBrokenLock(t *testing.T) {
	sum := strings.Repeat("0a", 32)
	for name, c := range map[string]struct{ text, want string }{
		"garbage":        {"# ok\n\nwhat\n", "prompts.lock:3:1: broken lock: no name and version"},
		"no hash":        {"p 1.0.0 sha256:12\n", "prompts.lock:1:1: broken lock: no sha256"},
		"upper case":     {"p 1.0.0 sha256:" + strings.ToUpper(sum) + "\n", "no sha256"},
		"bad version":    {"p 1.0 sha256:" + sum + "\n", "no name and version"},
		"bad name":       {"../p 1.0.0 sha256:" + sum + "\n", "no name and version"},
		"bad partial":    {"p 1.0.0 sha256:" + sum + " s=1\n", "a partial reads NAME@VERSION=sha256:HASH"},
		"merge conflict": {"<<<<<<< HEAD\n", "a merge conflict was left"},
		"twice":          {"p 1.0.0 sha256:" + sum + "\np 1.0.0 sha256:" + sum + "\n", "prompts.lock:2:1: p 1.0.0 is locked twice, first in line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := prompt.Open(tree("p/v1.0.0.md", "a", "prompts.lock", c.text)).Verify()
			var e *diag.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || e.Hint() == "" {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

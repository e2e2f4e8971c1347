package prompt_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// editor opens a registry in a directory with these files.
func editor(t testing.TB, files ...string) (*prompt.Editor, string) {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		write(t, filepath.Join(dir, files[i]), files[i+1])
	}
	e, err := prompt.Edit(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e, dir
}

// left lists the files of a directory, so that a test sees what was written.
func left(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, p)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func read(t testing.TB, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBump(t *testing.T) {
	for name, c := range map[string]struct {
		have, ref string
		o         prompt.BumpOptions
		want      string
	}{
		"major":               {"1.2.3", "p", prompt.BumpOptions{Level: prompt.Major}, "2.0.0"},
		"minor":               {"1.2.3", "p", prompt.BumpOptions{Level: prompt.Minor}, "1.3.0"},
		"patch":               {"1.2.3", "p", prompt.BumpOptions{Level: prompt.Patch}, "1.2.4"},
		"prerelease":          {"1.2.3", "p", prompt.BumpOptions{Pre: "rc"}, "1.2.4-rc.1"},
		"next prerelease":     {"1.2.3 1.2.4-rc.1 1.2.4-rc.2", "p", prompt.BumpOptions{Pre: "rc"}, "1.2.4-rc.3"},
		"from a prerelease":   {"1.2.3 2.0.0-rc.1", "p@2.0.0-rc.1", prompt.BumpOptions{Pre: "rc"}, "2.0.0-rc.2"},
		"another kind":        {"2.0.0-beta.4", "p@2.0.0-beta.4", prompt.BumpOptions{Pre: "rc"}, "2.0.0-rc.1"},
		"major prerelease":    {"1.2.3", "p", prompt.BumpOptions{Level: prompt.Major, Pre: "rc"}, "2.0.0-rc.1"},
		"release it":          {"1.2.3 2.0.0-rc.1", "p@2.0.0-rc.1", prompt.BumpOptions{Level: prompt.Major}, "2.0.0"},
		"release it as patch": {"2.0.0-rc.1", "p@2.0.0-rc.1", prompt.BumpOptions{Level: prompt.Patch}, "2.0.0"},
		"only prereleases":    {"0.1.0-rc.1", "p", prompt.BumpOptions{Level: prompt.Minor}, "0.1.0"},
		"from an old one":     {"1.2.3 2.0.0", "p@^1", prompt.BumpOptions{Level: prompt.Patch}, "1.2.4"},
	} {
		t.Run(name, func(t *testing.T) {
			var files []string
			for v := range strings.FieldsSeq(c.have) {
				files = append(files, "p/v"+v+".md", "---\n# kept\nname: p\nversion: "+v+" # this one\nchangelog: |\n  many\n\n  lines\ndescription: d\n---\nbody "+v+"\n")
			}
			e, dir := editor(t, files...)
			b, err := e.Bump(c.ref, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if b.To != c.want || b.File != filepath.ToSlash(dir)+"/p/v"+c.want+".md" {
				t.Fatalf("bumped to %+v, want %s", b, c.want)
			}
			want := "---\n# kept\nname: p\nversion: " + c.want + "\nchangelog: \"\"\ndescription: d\n---\nbody " + b.From + "\n"
			if diff := cmp.Diff(want, read(t, dir, "p", "v"+c.want+".md")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if got := len(left(t, dir)); got != len(files)/2+1 {
				t.Errorf("%d files, want %d", got, len(files)/2+1)
			}
		})
	}
}

func TestBumpMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		ref  string
		o    prompt.BumpOptions
		want string
	}{
		"nothing asked": {"p", prompt.BumpOptions{}, "bump needs one of"},
		"too much":      {"p", prompt.BumpOptions{Auto: true, Level: prompt.Major}, "bump needs one of"},
		"bad pre":       {"p", prompt.BumpOptions{Pre: "r_c"}, "cannot begin a prerelease"},
		"exists":        {"p@1.0.0", prompt.BumpOptions{Level: prompt.Minor}, "p/v1.1.0.md: exists already"},
		"git":           {"p@git:main", prompt.BumpOptions{Level: prompt.Minor}, "bump copies a file of the work tree"},
		"unknown":       {"q", prompt.BumpOptions{Level: prompt.Minor}, "no prompt \"q\""},
		"flow style":    {"flow", prompt.BumpOptions{Level: prompt.Minor}, "cannot be set in this front matter"},
	} {
		t.Run(name, func(t *testing.T) {
			e, dir := editor(t, "p/v1.0.0.md", "a", "p/v1.1.0.md", "b", "flow/v1.0.0.md", "---\n{name: flow, version: 1.0.0}\n---\na")
			before := left(t, dir)
			_, err := e.Bump(c.ref, c.o)
			var de *diag.Error
			if !errors.As(err, &de) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if diff := cmp.Diff(before, left(t, dir)); diff != "" {
				t.Errorf("something was written\n%s", diff)
			}
		})
	}
}

// A file without front matter gets one, and CRLF files stay CRLF.
func TestBumpText(t *testing.T) {
	e, dir := editor(t, "p/v1.0.0.md", "Hi\n", "q/v1.0.0.md", "---\r\nversion: 1.0.0\r\n---\r\nHi\r\n")
	if _, err := e.Bump("p", prompt.BumpOptions{Level: prompt.Patch, Changelog: "Said: \"Hi\" # politely"}); err != nil {
		t.Fatal(err)
	}
	if want, got := "---\nversion: 1.0.1\nchangelog: 'Said: \"Hi\" # politely'\n---\nHi\n", read(t, dir, "p", "v1.0.1.md"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := e.Bump("q", prompt.BumpOptions{Level: prompt.Patch}); err != nil {
		t.Fatal(err)
	}
	if want, got := "---\r\nversion: 1.0.1\r\nchangelog: \"\"\r\n---\r\nHi\r\n", read(t, dir, "q", "v1.0.1.md"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Many bumps at once: every one of them gets a version of its own.
func TestBumpConcurrently(t *testing.T) {
	_, dir := editor(t, "p/v1.0.0.md", "Hi\n")
	const n = 16
	got := make([]string, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			e, err := prompt.Edit(dir) // an editor each, as processes have
			if err != nil {
				errs[i] = err
				return
			}
			defer e.Close()
			var b *prompt.Bumped
			if b, errs[i] = e.Bump("p", prompt.BumpOptions{Level: prompt.Minor}); errs[i] == nil {
				got[i] = b.To
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if len(slices.Compact(got)) != n {
		t.Errorf("versions %v, want %d different ones", got, n)
	}
	for i := range n {
		if _, err := os.Stat(filepath.Join(dir, "p", fmt.Sprintf("v1.%d.0.md", i+1))); err != nil {
			t.Error(err)
		}
	}
	if files := left(t, dir); len(files) != n+1 {
		t.Errorf("left behind: %v", files)
	}
}

const released = "---\nversion: 1.2.0\ninput: {schema: {q: string}}\n---\nAnswer {{q}}\n"

func TestBumpAuto(t *testing.T) {
	for name, c := range map[string]struct {
		version, text, want string
		level               prompt.Level
	}{
		"wording":           {"1.2.1-rc.1", "input: {schema: {q: string}}\n---\nDo answer {{q}}\n", "1.2.1", prompt.Patch},
		"optional variable": {"1.2.1-rc.1", "input: {schema: {q: string, tone?: string}}\n---\nAnswer {{q}}{{tone}}\n", "1.3.0", prompt.Minor},
		"required variable": {"1.2.1-rc.1", "input: {schema: {q: string, tone: string}}\n---\nAnswer {{q}}{{tone}}\n", "2.0.0", prompt.Major},
		"already more":      {"2.0.0-rc.1", "input: {schema: {q: string}}\n---\nDo answer {{q}}\n", "2.0.0", prompt.Patch},
		"release is right":  {"1.3.0", "model: openai/gpt-4o-2024-08-06\ninput: {schema: {q: string}}\n---\nAnswer {{q}}\n", "1.3.0", prompt.Minor},
		"release too small": {"1.2.1", "model: openai/gpt-4o-2024-08-06\ninput: {schema: {q: string}}\n---\nAnswer {{q}}\n", "1.3.0", prompt.Minor},
	} {
		t.Run(name, func(t *testing.T) {
			e, dir := editor(t, "p/v1.2.0.md", released, "p/v"+c.version+".md", "---\nversion: "+c.version+"\n"+c.text)
			b, err := e.Bump("p", prompt.BumpOptions{Auto: true})
			if err != nil {
				t.Fatal(err)
			}
			if b.From != c.version || b.To != c.want || b.Change.Level != c.level {
				t.Errorf("got %+v, want %s, %s", b, c.want, c.level)
			}
			if wrote := len(left(t, dir)) == 3; wrote != (c.version != c.want) {
				t.Errorf("files %v", left(t, dir))
			}
		})
	}
}

func TestBumpAutoWithoutDraft(t *testing.T) {
	e, _ := editor(t, "p/v1.2.0.md", released, "p/v1.1.0.md", strings.ReplaceAll(released, "1.2.0", "1.1.0"))
	if _, err := e.Lock(prompt.LockOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Bump("p", prompt.BumpOptions{Auto: true}); err == nil || !strings.Contains(err.Error(), "p has no draft: 1.2.0 is released and locked") {
		t.Errorf("error %v", err)
	}
}

func TestCheck(t *testing.T) {
	e, dir := editor(t, "p/v1.2.0.md", released)
	if _, err := e.Lock(prompt.LockOptions{}); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "p/v1.2.1.md"), "---\nversion: 1.2.1\nmodel: openai/gpt-4o-2024-08-06\ninput: {schema: {question: string}}\n---\nAnswer {{question}}\n")
	got, err := e.Check("p")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].OK || got[0].Want != "2.0.0" || got[0].Since != "1.2.0" {
		t.Fatalf("got %+v", got)
	}
	var reasons []string
	for _, r := range got[0].Change.Reasons {
		reasons = append(reasons, r.Level.String()+": "+r.String())
	}
	want := []string{
		"major: input.q was removed",
		"major: input.question was added and is required",
		"minor: model was not set and is openai/gpt-4o-2024-08-06",
		"patch: body has another wording",
	}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNew(t *testing.T) {
	e, dir := editor(t)
	file, err := e.New("customer-support")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.ToSlash(dir) + "/customer-support/v0.1.0.md"; file != want {
		t.Errorf("file %s, want %s", file, want)
	}
	v, err := e.Resolve("customer-support")
	if err != nil {
		t.Fatal(err)
	}
	if m, err := v.Render(map[string]any{"question": "Hi"}); err != nil || len(m) != 2 {
		t.Errorf("renders %v, %v", m, err)
	}
	if _, err := e.New("customer-support"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := e.New("../x"); err == nil {
		t.Error("a name that leads out was taken")
	}
}

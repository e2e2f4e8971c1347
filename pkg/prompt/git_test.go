package prompt_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// repository makes a git repository with prompts in a subdirectory, and gives that and a func that runs
// git in it.
func repository(t *testing.T) (dir string, git func(args ...string)) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git program here")
	}
	top := t.TempDir()
	git = func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir = top
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=Author", "GIT_AUTHOR_EMAIL=author@example.com",
			"GIT_COMMITTER_NAME=Author", "GIT_COMMITTER_EMAIL=author@example.com", "GIT_AUTHOR_DATE=2026-01-02T12:00:00Z", "GIT_COMMITTER_DATE=2026-01-02T12:00:00Z")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main")
	dir = filepath.Join(top, "project", "prompts")
	return dir, git
}

func TestGitRevision(t *testing.T) {
	dir, git := repository(t)
	write(t, filepath.Join(dir, "p/v1.0.0.md"), "---\npartials: [s@^1]\n---\nold {{>s}}\n")
	write(t, filepath.Join(dir, "s/v1.0.0.md"), "safe\n")
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"} {
		write(t, filepath.Join(dir, name, "v1.0.0.md"), "I am "+name)
	}
	git("add", ".")
	git("commit", "-q", "-m", "first")
	git("tag", "v1.4.0")
	write(t, filepath.Join(dir, "p/v1.1.0.md"), "new, with ünïcode\n")
	write(t, filepath.Join(dir, "labels.yaml"), "labels: {p: {production: 1.0.0}}\n")
	if err := os.Symlink("v1.0.0.md", filepath.Join(dir, "s/v1.1.0.md")); err != nil {
		t.Skip(err)
	}
	git("add", ".")
	git("commit", "-q", "-m", "second")
	write(t, filepath.Join(dir, "p/v1.1.0.md"), "edited in the work tree\n")
	write(t, filepath.Join(dir, "p/v9.0.0.md"), "not committed\n")

	reg, err := prompt.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer reg.Close()
	for ref, want := range map[string]string{
		"p@git:main": "new, with ünïcode", "p@git:main:1.0.0": "", "p@git:v1.4.0": "old safe", "p@git:HEAD~1": "old safe", "p": "not committed", "k@git:main": "I am k",
		"a@git:main": "I am a", "b@git:main": "I am b", "c@git:main": "I am c", "d@git:main": "I am d", "e@git:main": "I am e", "f@git:main": "I am f",
		"g@git:main": "I am g", "h@git:main": "I am h", "i@git:main": "I am i", "j@git:main": "I am j",
	} {
		v, err := reg.Resolve(ref)
		if want == "" { // its partial is a symbolic link there
			if err == nil || !strings.Contains(err.Error(), "symbolic link") || !strings.HasPrefix(err.Error(), "main:") {
				t.Errorf("%s: error %v", ref, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		if m, err := v.Render(nil); err != nil || m[0].Text() != want {
			t.Errorf("%s: %v, %v, want %q", ref, m, err, want)
		}
	}
	for ref, want := range map[string]string{
		"p@git:nowhere": "git:nowhere: unknown revision", "q@git:main": "no prompt \"q\" in main:", "p@git:main:^2": "prompt p has no version ^2",
	} {
		if _, err := reg.Resolve(ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", ref, err, want)
		}
	}
	fsys, err := prompt.GitFS(dir, "v1.4.0")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(fsys, "p/v1.0.0.md", "s/v1.0.0.md"); err != nil {
		t.Error(err)
	}
	log, err := prompt.GitLog(dir, "p")
	if err != nil {
		t.Fatal(err)
	}
	if len(log) != 2 || log["1.0.0"].Author != "Author" || !log["1.1.0"].Time.Equal(noon) || log["1.0.0"].Hash == log["1.1.0"].Hash {
		t.Errorf("log %v", log)
	}
}

func TestGitMistakes(t *testing.T) {
	dir, git := repository(t)
	write(t, filepath.Join(filepath.Dir(dir), "README"), "x")
	git("add", ".")
	git("commit", "-q", "-m", "no prompts yet")
	write(t, filepath.Join(dir, "p/v1.0.0.md"), "a")
	git("add", ".")
	git("commit", "-q", "-m", "prompts")
	if _, err := prompt.GitFS(dir, "HEAD~1"); err == nil || !strings.Contains(err.Error(), "there is no project/prompts in that revision") {
		t.Errorf("error %v", err)
	}
	if _, err := prompt.GitFS(t.TempDir(), "main"); err == nil || !strings.Contains(err.Error(), "not a git repository") {
		t.Errorf("error %v", err)
	}
	clone := filepath.Join(t.TempDir(), "clone")
	git("clone", "-q", "--depth", "1", "file://"+filepath.Dir(filepath.Dir(dir)), clone)
	_, err := prompt.GitFS(filepath.Join(clone, "project", "prompts"), "HEAD~1")
	if err == nil || !strings.Contains(err.Error(), "in this shallow clone") || !strings.Contains(diag.HintOf(err), "--unshallow") {
		t.Errorf("error %v, hint %q", err, diag.HintOf(err))
	}
	if _, err := prompt.Open(versions("1.0.0")).Resolve("p@git:main"); err == nil || !strings.Contains(err.Error(), "has no git repository") {
		t.Errorf("error %v", err)
	}
}

func TestDiffVersions(t *testing.T) {
	reg := prompt.Open(tree(
		"p/v1.0.0.md", "---\nmodel: a/b\nconfig: {temperature: 0}\ninput: {schema: {q: string}}\noutput: {schema: {a: string}}\n---\nAnswer {{q}} kindly.\n",
		"p/v1.1.0.md", "---\nmodel: a/c\nchangelog: Shorter\ninput: {schema: {q: string, tone?(enum): [dry, warm]}}\noutput: {schema: {a: string, b?(array): {c: 'integer, how many'}}}\n---\nAnswer {{q}} briefly. {{tone}}\n"))
	from, err := reg.Resolve("p@1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	to, err := reg.Resolve("p@1.1.0")
	if err != nil {
		t.Fatal(err)
	}
	d := prompt.DiffVersions(from, to)
	wantFields := []prompt.FieldChange{
		{Path: "changelog", To: "Shorter"},
		{Path: "config.temperature", From: "0"},
		{Path: "input.tone", To: `one of "dry", "warm", null, optional`},
		{Path: "model", From: "a/b", To: "a/c"},
		{Path: "output.b", To: "list of object, optional"},
		{Path: "output.b[].c", To: "integer (how many)"},
	}
	if diff := cmp.Diff(wantFields, d.Fields); diff != "" {
		t.Errorf("fields (-want +got)\n%s", diff)
	}
	wantBody := []prompt.Span{
		{Op: prompt.SpanEqual, Text: "Answer {{q}} "},
		{Op: prompt.SpanDelete, Text: "kindly"},
		{Op: prompt.SpanInsert, Text: "briefly"},
		{Op: prompt.SpanEqual, Text: "."},
		{Op: prompt.SpanInsert, Text: " {{tone}}"},
		{Op: prompt.SpanEqual, Text: "\n"},
	}
	if diff := cmp.Diff(wantBody, d.Body); diff != "" {
		t.Errorf("body (-want +got)\n%s", diff)
	}
	if d.From != "p@1.0.0" || d.Change.Level != prompt.Minor {
		t.Errorf("diff %s, %s", d.From, d.Change.Level)
	}
}

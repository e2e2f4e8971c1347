package prompt_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func TestParseRef(t *testing.T) {
	for in, want := range map[string]string{
		"support":             "support",
		"support@latest":      "support@latest",
		"support@1.2.0":       "support@1.2.0",
		"support@v1.2.0":      "support@v1.2.0",
		"support@2.0.0-rc.1":  "support@2.0.0-rc.1",
		"support@^1.2":        "support@^1.2",
		"support@>=1.0, <2.0": "support@>=1.0, <2.0",
		"support@production":  "support@production",
		"support@git:main":    "support@git:main",
		"support@git:v1.4.0":  "support@git:v1.4.0",
		"a@git:main:^1.0":     "a@git:main:^1.0",
	} {
		ref, err := prompt.ParseRef(in)
		if err != nil || ref.String() != want {
			t.Errorf("%s: read as %s, %v", in, ref, err)
		}
	}
	for in, hint := range map[string]string{
		"":                      "lower-case",
		"Support":               "support would do",
		"../support":            "support would do",
		"/etc/passwd":           "etc-passwd would do",
		"a/b":                   "a-b would do",
		"a--b":                  "a-b",
		"a.b":                   "a-b",
		"support@":              "support@1.2.0",
		"support@Production":    "support@production",
		"support@^x.y":          "support@^1.2",
		"support@git:":          "support@git:main",
		"support@git:--output":  "support@git:main",
		strings.Repeat("a", 65): "lower-case",
	} {
		_, err := prompt.ParseRef(in)
		var e *diag.Error
		if !errors.As(err, &e) || !strings.Contains(e.Hint(), hint) {
			t.Errorf("%q: error %v, hint %q, want %q", in, err, diag.HintOf(err), hint)
		}
	}
}

// versions makes a registry in which p has these versions.
func versions(names ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, v := range names {
		fsys["p/v"+v+".md"] = &fstest.MapFile{Data: []byte("---\nversion: " + v + "\n---\nI am " + v + "\n")}
	}
	return fsys
}

func TestResolve(t *testing.T) {
	fsys := versions("1.0.0", "1.1.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "2.0.0-rc.2", "2.0.0-rc.11", "0.3.1")
	fsys["labels.yaml"] = &fstest.MapFile{Data: []byte("labels:\n  p: {production: 1.1.0, next: 2.0.0-rc.2, gone: 3.0.0}\n")}
	fsys["p/README.md"] = &fstest.MapFile{Data: []byte("no version")}
	reg := prompt.Open(fsys)
	for ref, want := range map[string]string{
		"p": "1.10.0", "p@latest": "1.10.0", "p@1.0.0": "1.0.0", "p@v1.0.0": "1.0.0", "p@2.0.0-rc.1": "2.0.0-rc.1",
		"p@^1.0": "1.10.0", "p@~1.1": "1.1.0", "p@1.9": "1.9.0", "p@<1": "0.3.1", "p@*": "1.10.0", "p@^0.3.0 || ~1.0": "1.0.0",
		"p@^2.0.0-0": "2.0.0-rc.11", "p@>=2.0.0-rc.1, <2.0.0-rc.11": "2.0.0-rc.2", "p@production": "1.1.0", "p@next": "2.0.0-rc.2",
	} {
		v, err := reg.Resolve(ref)
		if err != nil || v.Version != want || v.Body != "I am "+want+"\n" {
			t.Errorf("%s: %v, %v, want %s", ref, v, err, want)
		}
	}
	for ref, want := range map[string]string{
		"q": `no prompt "q"`, "p@^2": "prompt p has no version ^2", "p@9.9.9": "has no version 9.9.9", "p@staging": "has no label staging",
		"p@gone": "labels.yaml:2:44: label gone of p points to version 3.0.0, which does not exist",
	} {
		v, err := reg.Resolve(ref)
		if err == nil || v != nil || !strings.Contains(err.Error(), want) || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, error %v, want %q", ref, v, err, want)
		}
	}
}

func TestResolveOnlyPrereleases(t *testing.T) {
	_, err := prompt.Open(versions("1.0.0-rc.1")).Resolve("p")
	if err == nil || !strings.Contains(err.Error(), "no release yet") || !strings.Contains(diag.HintOf(err), "1.0.0-rc.1") {
		t.Errorf("error %v, hint %q", err, diag.HintOf(err))
	}
}

// The example of section 11 of semver.org, from low to high.
func TestPrecedence(t *testing.T) {
	order := []string{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1"}
	got, err := prompt.Open(versions(order...)).Versions("p")
	if err != nil {
		t.Fatal(err)
	}
	for i, j := 0, len(got)-1; i < j; i, j = i+1, j-1 {
		got[i], got[j] = got[j], got[i]
	}
	if diff := cmp.Diff(order, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Files that are not asked for may be anything.
func TestResolveParsesNothingElse(t *testing.T) {
	fsys := versions("1.0.0", "1.1.0")
	fsys["p/v1.1.0.md"].Data = []byte("---\nbroken")
	fsys["other/v1.0.0.md"] = &fstest.MapFile{Data: []byte("---\nbroken")}
	if _, err := prompt.Open(fsys).Resolve("p@1.0.0"); err != nil {
		t.Error(err)
	}
}

func TestRegistryMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		want  string
	}{
		"two files, one version": {[]string{"p/v1.0.0.md", "a", "p/v1.0.0+b.md", "b"}, "claims the same version as"},
		"no semantic version":    {[]string{"p/v1.0.md", "a"}, "prompts/p/v1.0.md: file name has no semantic version"},
		"no v":                   {[]string{"p/1.0.0.md", "a"}, "prompts/p/1.0.0.md: file name has no semantic version"},
		"leading zero":           {[]string{"p/v01.0.0.md", "a"}, "file name has no semantic version"},
		"a directory":            {[]string{"p/v1.0.0.md/x", "a"}, "prompts/p/v1.0.0.md: is a directory where a prompt version belongs"},
		"no versions":            {[]string{"p/README.md", "a"}, "prompts/p: prompt p has no versions"},
		"name disagrees":         {[]string{"p/v1.0.0.md", "---\nname: q\n---\na"}, "prompts/p/v1.0.0.md:2:1: front matter says name q, the file lies in p"},
		"version disagrees":      {[]string{"p/v1.0.0.md", "---\nname: p\nversion: 1.0.1\n---\na"}, "prompts/p/v1.0.0.md:3:1: front matter says version 1.0.1, the file name says 1.0.0"},
		"cycle": {
			[]string{"p/v1.0.0.md", "---\npartials: [q@^1]\n---\n{{>q}}", "q/v1.2.0.md", "---\nname: q\npartials:\n- p@^1\n---\n{{>p}}"},
			"prompts/p/v1.0.0.md:2:12: partials form a cycle: p@1.0.0 (prompts/p/v1.0.0.md:2) → q@1.2.0 (prompts/q/v1.2.0.md:4) → p@1.0.0",
		},
		"own partial": {[]string{"p/v1.0.0.md", "---\npartials: [p@1.0.0]\n---\n{{>p}}"}, "p@1.0.0 (prompts/p/v1.0.0.md:2) → p@1.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			reg := prompt.Open(tree(c.files...))
			reg.Dir = "prompts"
			_, err := reg.Resolve("p")
			var e *diag.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestPartials(t *testing.T) {
	// p means another version of c than b does; each gets its own.
	reg := prompt.Open(tree(
		"p/v1.0.0.md", "---\npartials: [b@^1, c@^2]\ninput: {schema: {who: string}}\n---\n{{>b}} {{>c}}",
		"b/v1.0.0.md", "---\npartials: [c@^1]\ninput: {schema: {who: string}, default: {greeting: Hello}}\n---\n{{greeting}} {{who}} {{>c}}",
		"c/v1.0.0.md", "old", "c/v1.5.0.md", "newer", "c/v2.0.0.md", "new"))
	v, err := reg.Resolve("p")
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Render(map[string]any{"who": "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "Hello Ada newer new"; got[0].Text() != want {
		t.Errorf("got %q, want %q", got[0].Text(), want)
	}
	var pins []string
	for _, p := range v.Pins {
		pins = append(pins, p.Name+"@"+p.Version)
	}
	if diff := cmp.Diff([]string{"b@1.0.0", "c@2.0.0"}, pins); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The hash is that of the LF form, and depends on the partials.
func TestSHA256(t *testing.T) {
	sum := func(files ...string) string {
		t.Helper()
		v, err := prompt.Open(tree(files...)).Resolve("p")
		if err != nil {
			t.Fatal(err)
		}
		return v.SHA256
	}
	a := sum("p/v1.0.0.md", "one\ntwo\n")
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte("one\ntwo\n"))); a != want {
		t.Errorf("hash %s, want %s", a, want)
	}
	if a != sum("p/v1.0.0.md", "one\r\ntwo\r\n") {
		t.Error("line ends change the hash")
	}
	including := "---\npartials: [q@^1]\n---\n{{>q}}"
	if sum("p/v1.0.0.md", including, "q/v1.0.0.md", "a") == sum("p/v1.0.0.md", including, "q/v1.0.0.md", "b") {
		t.Error("a partial's text does not change the hash")
	}
}

func TestOpenDir(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret.md")
	write(t, outside, "secret")
	write(t, filepath.Join(dir, "p", "v1.0.0.md"), "fine")
	if err := os.Symlink(outside, filepath.Join(dir, "p", "v1.1.0.md")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(dir, "q")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("v1.0.0.md", filepath.Join(dir, "p", "v1.0.1.md")); err != nil {
		t.Fatal(err)
	}
	reg, err := prompt.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer reg.Close()
	for _, ref := range []string{"p@1.1.0", "q"} {
		if _, err := reg.Resolve(ref); err == nil || !strings.Contains(err.Error(), "symbolic link that leads out of the registry") {
			t.Errorf("%s: error %v", ref, err)
		}
	}
	if v, err := reg.Resolve("p@1.0.1"); err != nil || v.Body != "fine" {
		t.Errorf("a link inside: %v", err)
	}
	if _, err := prompt.OpenDir(filepath.Join(dir, "none")); diag.HintOf(err) == "" {
		t.Errorf("error %v without a hint", err)
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestList(t *testing.T) {
	fsys := versions("1.0.0", "1.1.0", "2.0.0-rc.1")
	fsys["draft/v1.0.0-beta.md"] = &fstest.MapFile{Data: []byte("x")}
	fsys["Bad/v1.0.0.md"] = &fstest.MapFile{Data: []byte("x")}
	fsys["_notes/x"], fsys[".git/x"], fsys["README.md"] = &fstest.MapFile{}, &fstest.MapFile{}, &fstest.MapFile{}
	fsys["labels.yaml"] = &fstest.MapFile{Data: []byte("labels: {p: {production: 1.0.0, lost: 7.0.0}}\nexperiments: {e: {prompt: p, variants: [{version: 1.0.0, weight: 1}, {version: 6.0.0, weight: 1}]}}\n")}
	got, err := prompt.Open(fsys).List()
	want := []prompt.Entry{
		{Name: "draft", Versions: 1, Pre: "1.0.0-beta"},
		{Name: "p", Versions: 3, Latest: "1.1.0", Pre: "2.0.0-rc.1", Labels: map[string]string{"production": "1.0.0", "lost": "7.0.0"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, part := range []string{`Bad: "Bad" is not a prompt name`, "labels.yaml:1:33: label lost of p points to version 7.0.0", "labels.yaml:2:15: experiment e has the variant p@6.0.0"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want %q", err, part)
		}
	}
}

// Versions are resolved and rendered by many at once; the race detector watches.
func TestResolveConcurrently(t *testing.T) {
	reg := prompt.Open(tree("p/v1.0.0.md", "---\npartials: [q@^1]\n---\n  {{>q}}\n", "q/v1.0.0.md", "a\nb\n"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			v, err := reg.Resolve("p@^1")
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := v.Render(nil); err != nil || got[0].Text() != "  a\n  b" {
				t.Errorf("renders %v, %v", got, err)
			}
		})
	}
	wg.Wait()
}

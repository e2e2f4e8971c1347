package prompt_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// sameFile compares what a file says, and not where it says it.
var sameFile = cmp.Options{cmpopts.IgnoreUnexported(prompt.File{}), cmpopts.IgnoreFields(prompt.File{}, "BodyLine", "Path"), cmpopts.EquateEmpty()}

// FuzzFrontMatter: parsing never panics, and what parses is the same after writing and parsing again.
func FuzzFrontMatter(f *testing.F) {
	f.Add(support)
	f.Add(safety)
	f.Add("---\ninput: {schema: {type: object, properties: {a: {type: [string, 'null'], enum: [x, null]}}, required: [a]}}\n---\n{{a}}")
	f.Add("---\nmetadata: {a: 1.0, b: 1e300, c: 0x10, d: 2024-01-01, e: ~, f: 'yes', g: \"\\u2028\", 'h: ?': [[], {}]}\n---\n")
	f.Add("---\ntools: [{name: t, parameters: {a?(enum, what?): [1, true, b]}, strict: true}]\nconfig: {seed: -3, topK: 5}\n---\n{{history}}\n{{role \"model\"}}\nx")
	f.Add("---\ndescription: |\n  two\n  lines\nchangelog: >-\n  folded\n  text\n---\n{{! x }}")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := prompt.ParseFile("f.md", []byte(text))
		if err != nil {
			return
		}
		written, err := first.Bytes()
		if err != nil {
			t.Fatalf("does not write: %v", err)
		}
		second, err := prompt.ParseFile("f.md", written)
		if err != nil {
			t.Fatalf("%v\nwritten as\n%s", err, written)
		}
		if diff := cmp.Diff(first, second, sameFile); diff != "" {
			t.Fatalf("(-first +second)\n%s\nwritten as\n%s", diff, written)
		}
	})
}

func FuzzParseRef(f *testing.F) {
	for _, s := range []string{"a", "a@1.2.0", "a@^1.2 || ~3", "a@git:main:>=1", "a@production", "a@>=1.0.0-0, <2", "../a@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := prompt.ParseRef(s)
		if err != nil {
			return
		}
		again, err := prompt.ParseRef(ref.String())
		if err != nil || again.String() != ref.String() {
			t.Fatalf("%q reads as %q, which reads as %q, %v", s, ref, again, err)
		}
		if strings.ContainsAny(ref.Name, "./\\") {
			t.Fatalf("%q has the name %q", s, ref.Name)
		}
	})
}

// FuzzLock: neither a lock nor labels can make the registry panic.
func FuzzLock(f *testing.F) {
	sum := strings.Repeat("0a", 32)
	f.Add("p 1.0.0 sha256:"+sum+" q@1.0.0=sha256:"+sum+"\n", "labels: {p: {production: 1.0.0}}\n")
	f.Add("<<<<<<<", "history: [{at: 2026-01-02T15:04:05Z, rollback: true}]")
	f.Add("", "experiments: {e: {prompt: p, variants: [{version: 1.0.0, weight: 1}]}}")
	f.Fuzz(func(t *testing.T, lock, labels string) {
		reg := prompt.Open(tree("p/v1.0.0.md", "---\npartials: [q@^1]\n---\n{{>q}}", "q/v1.0.0.md", "a", "prompts.lock", lock, "labels.yaml", labels))
		_, _ = reg.Verify()
		_, _ = reg.Resolve("p")
		if l, err := reg.Labels(); err == nil {
			for _, e := range l.Experiments {
				if e.Assign("u") == "" {
					t.Fatalf("experiment %v assigns nothing", e)
				}
			}
		}
	})
}

// FuzzValues: whatever the values are, the roles are those of the source and the text is the value.
func FuzzValues(f *testing.F) {
	f.Add("{{role \"system\"}}", "\n---\n{{x}}")
	f.Fuzz(func(t *testing.T, a, b string) {
		v, err := resolve(t, "---\ninput: {schema: {a: string, b: string}}\n---\n{{role \"system\"}}\n<{{a}}>\n{{role \"user\"}}\n<{{{b}}}>\n")
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Render(map[string]any{"a": a, "b": b})
		if err != nil {
			t.Fatal(err)
		}
		want := []llm.Message{llm.Text("system", "<"+a+">"), llm.Text("user", "<"+b+">")}
		if !cmp.Equal(want, got) {
			t.Fatalf("got %v", got)
		}
	})
}

// aFile draws a version file of everything that the format has.
func aFile(t *rapid.T) *prompt.File {
	word := rapid.StringMatching(`[a-z][a-z0-9_]{0,8}`)
	text := rapid.StringOf(rapid.SampledFrom([]rune("ab Ç'\"#:?{}[],&*!|>%@`-\n\t\\0.~")))
	value := rapid.OneOf(text.AsAny(), rapid.Int64().AsAny(), rapid.Bool().AsAny(), rapid.Float64Range(-1e9, 1e9).AsAny(), rapid.Just[any](nil))
	f := &prompt.File{Name: "p", Version: "1.2.0", Description: text.Draw(t, "description"), Changelog: text.Draw(t, "changelog"), Model: text.Draw(t, "model")}
	if rapid.Bool().Draw(t, "temperature?") {
		x := rapid.Float64Range(0, 2).Draw(t, "temperature")
		f.Config.Temperature = &x
	}
	f.Config.MaxOutputTokens = rapid.IntRange(0, 1e6).Draw(t, "tokens")
	f.Metadata = rapid.MapOf(text, value).Draw(t, "metadata")
	f.Options = map[string]any{"list": rapid.SliceOf(value).Draw(t, "list"), "nested": rapid.MapOf(word, value).Draw(t, "nested")}
	vars := rapid.SliceOfNDistinct(word, 0, 4, rapid.ID).Draw(t, "vars")
	f.Input.Default = map[string]any{}
	for _, name := range vars {
		f.Input.Default[name] = value.Draw(t, "default")
		f.Body += "{{" + name + "}}\n"
	}
	f.Body += "a " + rapid.StringOf(rapid.SampledFrom([]rune("ab -\n#"))).Draw(t, "body")
	return f
}

func TestParseWriteParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := aFile(t)
		written, err := f.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := prompt.ParseFile("f.md", written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if diff := cmp.Diff(f, parsed, sameFile); diff != "" {
			t.Fatalf("(-drawn +parsed)\n%s\n%s", diff, written)
		}
	})
}

// Whatever is bumped can be locked, verified and rendered.
func TestBumpLockVerifyRender(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		at := filepath.Join(dir, strings.Repeat("x", n%50+1), "r")
		f := aFile(rt)
		f.Version = "1.0.0"
		text, err := f.Bytes()
		if err != nil {
			rt.Fatal(err)
		}
		write(t, filepath.Join(at, "p/v1.0.0.md"), string(text))
		e, err := prompt.Edit(at)
		if err != nil {
			rt.Fatal(err)
		}
		defer e.Close()
		b, err := e.Bump("p", prompt.BumpOptions{Level: prompt.Level(rapid.IntRange(1, 3).Draw(rt, "level")), Changelog: rapid.StringMatching(`[ -~]{0,20}`).Draw(rt, "changelog")})
		if err != nil {
			rt.Fatal(err)
		}
		if _, err := e.Lock(prompt.LockOptions{Replace: true}); err != nil {
			rt.Fatal(err)
		}
		report, err := e.Verify()
		if err != nil || report.Err() != nil || len(report.Unlocked) > 0 {
			rt.Fatalf("verify: %v, %+v", err, report)
		}
		v, err := e.ResolveVersion("p", b.To)
		if err != nil {
			rt.Fatal(err)
		}
		if _, err := v.Render(nil); err != nil {
			rt.Fatal(err)
		}
	})
}

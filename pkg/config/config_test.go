package config_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// project writes files below a new directory and returns it.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(dir string, environ ...string) (*config.Config, error) {
	return config.Load(config.Options{Dir: dir, Environ: append([]string{"XDG_CONFIG_HOME=" + filepath.Join(dir, "xdg")}, environ...)})
}

func TestPrecedence(t *testing.T) {
	files := map[string]string{
		"xdg/llmops/config.yaml": "model: user/m\ntenant: user\nretry: {attempts: 2}\nprompts: from-user\n",
		"llmops.yaml":            "model: project/m\ntenant: project\n",
		".env":                   "LLMOPS_MODEL=dotenv/m\n",
	}
	tests := []struct {
		name, path, want, origin string
		environ                  []string
	}{
		{"environment wins", "model", "env/m", "environment LLMOPS_MODEL", []string{"LLMOPS_MODEL=env/m"}},
		{"an empty variable does not count", "tenant", "project", "llmops.yaml:2", []string{"LLMOPS_TENANT="}},
		{".env over llmops.yaml", "model", "dotenv/m", ".env LLMOPS_MODEL", nil},
		{"project over user", "tenant", "project", "llmops.yaml:2", nil},
		{"user over default", "retry.attempts", "2", "config.yaml:3", nil},
		{"default", "eval.concurrency", "8", "default", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := load(project(t, files), tt.environ...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Get(tt.path)
			if err != nil || len(got) != 1 || got[0].Value != tt.want || !strings.HasSuffix(got[0].Origin, tt.origin) {
				t.Errorf("got %+v, %v; want %s from %s", got, err, tt.want, tt.origin)
			}
		})
	}
}

func TestMistakesAreNamed(t *testing.T) {
	tests := []struct {
		name, yaml, want, hint string
		environ                []string
	}{
		{"unknown key", "retry: {atempts: 3}\n", `llmops.yaml:1:9: unknown key "atempts" under retry`, "did you mean attempts?", nil},
		{"unknown kind", "providers: {x: {kind: opnai}}\n", `llmops.yaml:1:23: unknown kind "opnai" of provider x`, "known kinds", nil},
		{"not an address", "providers: {x: {base_url: localhost}}\n", "base_url \"localhost\" is not", "", nil},
		{"zero attempts", "retry: {attempts: 0}\n", "llmops.yaml:1:19: retry.attempts is 0", "1 means no retry", nil},
		{"negative timeout", "timeout: {idle: -1s}\n", "timeout.idle must be more than zero", "", nil},
		{"bad texts", "ledger: {texts: some}\n", `ledger.texts is "some"`, "off, hashed, redacted, full", nil},
		{"bad variable", "", `environment LLMOPS_TIMEOUT_IDLE: timeout.idle: "soon" is not a duration`, "longest silence", []string{"LLMOPS_TIMEOUT_IDLE=soon"}},
		{"zero in a variable", "", "environment LLMOPS_RETRY_ATTEMPTS: retry.attempts is 0", "", []string{"LLMOPS_RETRY_ATTEMPTS=0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(project(t, map[string]string{"llmops.yaml": tt.yaml}), tt.environ...)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(diag.HintOf(err), tt.hint) {
				t.Errorf("got %v (hint %q); want %s (hint %q)", err, diag.HintOf(err), tt.want, tt.hint)
			}
		})
	}
}

func TestRootIsTheNearestProject(t *testing.T) {
	dir := project(t, map[string]string{"llmops.yaml": "model: a/b\n", "sub/deep/file": ""})
	c, err := load(filepath.Join(dir, "sub", "deep"), "HOME="+dir)
	if err != nil || c.Root != dir || c.Prompts != filepath.Join(dir, "prompts") {
		t.Errorf("got root %q, prompts %q, %v; want those of %s", c.Root, c.Prompts, err, dir)
	}
	if _, err := config.Load(config.Options{File: filepath.Join(dir, "none.yaml"), Environ: []string{}}); err == nil {
		t.Error("a file that was asked for and does not exist is no error")
	}
}

func TestKeys(t *testing.T) {
	dir := project(t, map[string]string{
		"llmops.yaml": `providers:
  cmd: {key_command: "printf 'canary-cmd\n'"}
  bad: {key_command: "echo canary-err >&2; exit 3"}
  env: {api_key_env: THE_KEY, key_command: "echo other"}
  head: {headers: {X-Key: canary-header}}
`,
		".env": "THE_KEY=canary-env\n",
	})
	c, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"cmd": "canary-cmd", "env": "canary-env", "head": ""} {
		key, err := c.ProviderKey(context.Background(), name, c.Providers[name])
		if err != nil || key.Reveal() != want {
			t.Errorf("%s: got %q, %v; want %q", name, key.Reveal(), err, want)
		}
	}
	if _, err := c.ProviderKey(context.Background(), "bad", c.Providers["bad"]); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v; want an error without what the command printed", err)
	}
	settings, err := c.Settings()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		if strings.Contains(s.Value, "canary-header") || strings.Contains(s.Value, "canary-env") {
			t.Errorf("%s shows a secret", s.Path)
		}
	}
}

func TestDotEnvErrorsShowNoKey(t *testing.T) {
	_, err := load(project(t, map[string]string{".env": "A=1\nthis is sk-canary no assignment\n"}))
	if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), ".env:2:1") {
		t.Errorf("got %v; want the line and not the text", err)
	}
}

func TestDefaultsAreEveryKey(t *testing.T) {
	c, err := load(t.TempDir(), "LLMOPS_TIMEOUT_IDLE=5s", "LLMOPS_LEDGER_OFF=true", "LLMOPS_EVAL_CONCURRENCY=3")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{5 * time.Second, true, 3}, []any{c.Timeout.Idle, c.Ledger.Off, c.Eval.Concurrency}); diff != "" {
		t.Error(diff)
	}
	for _, k := range config.Keys() {
		if _, err := c.Get(k.Path); err != nil {
			t.Errorf("%s: %v", k.Path, err)
		}
	}
}

// docs/configuration.md has a row for every setting, with its variable and its default.
func TestEveryKeyIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range config.Keys() {
		if !strings.Contains(string(doc), "| `"+k.Path+"` | `"+k.Env+"` |") {
			t.Errorf("docs/configuration.md has no row for %s and %s", k.Path, k.Env)
		}
	}
}

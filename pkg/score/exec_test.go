//go:build unix

package score

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// program builds and binds an exec scorer of a shell script.
func program(t *testing.T, script, options string) *Metric {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "check.sh"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	m, err := build("{type: exec, command: [./check.sh, arg]" + options + "}")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Bind(Tools{Dir: dir, AllowExec: true}); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestExec(t *testing.T) {
	defer goleak.VerifyNone(t)
	tests := []struct{ name, script, options, want, why string }{
		{"a pass", `cat >/dev/null; echo '{"pass": true}'`, "", "pass", ""},
		{"a fail with its reason", `cat >/dev/null; echo '{"pass": false, "reason": "too rude"}'`, "", "fail", "too rude"},
		{"a score", `cat >/dev/null; echo '{"score": 0.4}'`, ", threshold: 0.3", "pass", ""},
		{"a score below", `cat >/dev/null; echo '{"score": 0.4}'`, "", "fail", "the program gives 0.4"},
		{"it reads the sample", `grep -q '"output":"hello"' && echo '{"pass": true}'`, "", "pass", ""},
		{"it need not read", `echo '{"pass": true}'`, "", "pass", ""},
		{"its argument", `cat >/dev/null; test "$1" = arg && echo '{"pass": true}'`, "", "pass", ""},
		{"it sees no key", `cat >/dev/null; test -z "$OPENAI_API_KEY" && echo '{"pass": true}'`, "", "pass", ""},
		{"it cannot say", `echo '{"unscored": "no opinion"}'`, "", "unscored: no opinion", ""},
		{"exit status", `echo broken >&2; exit 3`, "", `unscored: check.sh failed (exit status 3): "broken"`, ""},
		{"a verdict and an exit status", `echo '{"pass": true}'; exit 1`, "", "unscored: check.sh failed: exit status 1", ""},
		{"exit status, negated", `echo '{"pass": false}'; exit 1`, ", negate: true", "unscored: check.sh failed: exit status 1", ""},
		{"nothing", `true`, "", "unscored: check.sh wrote nothing", ""},
		{"no JSON", `echo yes`, "", "unscored: check.sh wrote no JSON: invalid character 'y' looking for beginning of value", ""},
		{"another JSON", `echo '{"score": "high"}'`, "", `unscored: check.sh wrote another JSON than {"score": number, "pass": true or false, "reason": text}`, ""},
		{"no verdict", `echo '{"reason": "x"}'`, "", "unscored: check.sh gave neither score nor pass", ""},
		{"a number past all limits", `echo '{"score": 1e999}'`, "", `unscored: check.sh wrote another JSON than {"score": number, "pass": true or false, "reason": text}`, ""},
		{"a flood", `while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done`, "", "unscored: check.sh wrote more than 1 MiB", ""},
		{"a flood of notes", `while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx >&2; done`, "", "unscored: check.sh wrote more than 1 MiB", ""},
		{"no end", `sleep 60`, ", timeout: 300ms", "unscored: check.sh did not end within 300ms", ""},
		{"no end, deaf to signals", `trap '' TERM INT; while :; do sleep 1; done`, ", timeout: 300ms", "unscored: check.sh did not end within 300ms", ""},
	}
	t.Setenv("OPENAI_API_KEY", "sk-synthetic")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := program(t, tt.script, tt.options)
			o := m.Score(context.Background(), &Sample{ID: "c1", Output: "hello"})
			if got := verdict(o); got != tt.want || o.Why != tt.why {
				t.Errorf("got %s (%s), want %s (%s)", got, o.Why, tt.want, tt.why)
			}
		})
	}
}

// What a program leaves behind is killed with it, whether it ends by itself or by its time limit.
func TestExecLeavesNothingBehind(t *testing.T) {
	for name, script := range map[string]string{
		"it ends":         `sleep 60 & echo $! > pid; echo '{"pass": true}'`,
		"it ends, apart":  `sleep 60 >/dev/null 2>&1 </dev/null & echo $! > pid; echo '{"pass": true}'`,
		"it does not end": `sleep 60 & echo $! > pid; wait`,
	} {
		t.Run(name, func(t *testing.T) {
			m := program(t, script, ", timeout: 1s")
			m.Score(context.Background(), &Sample{})
			c := m.scorer.(*command)
			text, err := os.ReadFile(filepath.Join(c.dir, "pid"))
			if err != nil {
				t.Fatal(err)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil {
				t.Fatal(err)
			}
			for range 100 {
				if gone(pid) {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Errorf("process %d still runs", pid)
		})
	}
}

// gone tells whether a process has ended; one that nobody has waited for yet counts as ended.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestExecIsStopped(t *testing.T) {
	m := program(t, "sleep 60", "")
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if o := m.Score(ctx, &Sample{}); o.Unscored == "" {
		t.Errorf("got %+v", o)
	}
}

func TestExecNeedsConsent(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	for path, mode := range map[string]os.FileMode{filepath.Join(dir, "ok.sh"): 0o755, filepath.Join(dir, "plain.sh"): 0o644, filepath.Join(outside, "evil.sh"): 0o755} {
		if err := os.WriteFile(path, []byte("#!/bin/sh\necho '{\"pass\": true}'\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(outside, "evil.sh"), filepath.Join(dir, "link.sh")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, command string
		allow         bool
		want          string
	}{
		{"no consent", "ok.sh", false, "the suite has an exec scorer, which runs the program"},
		{"consent", "ok.sh", true, ""},
		{"another directory", "../" + filepath.Base(outside) + "/evil.sh", true, "is not in the suite's directory"},
		{"an absolute path", "/bin/sh", true, "is not in the suite's directory"},
		{"a link out of it", "link.sh", true, "is not in the suite's directory"},
		{"not there", "none.sh", true, "no such file"},
		{"a directory", ".", true, "is no regular file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := build("{type: any_of, scorers: [{type: exec, command: '" + tt.command + "'}]}")
			if err != nil {
				t.Fatal(err)
			}
			before := m.Hash
			err = m.Bind(Tools{Dir: dir, AllowExec: tt.allow})
			if tt.want == "" {
				if err != nil || m.Hash == before {
					t.Errorf("%v, and the hash is %s and was %s", err, m.Hash, before)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if _, ok := errors.AsType[*diag.Error](err); !ok {
				t.Errorf("%T", err)
			}
			if o := m.Score(context.Background(), &Sample{}); o.Pass || o.Unscored == "" {
				t.Errorf("it runs all the same: %+v", o)
			}
		})
	}
	m, err := build("{type: exec, command: plain.sh}")
	if err == nil {
		err = m.Bind(Tools{Dir: dir, AllowExec: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	if o := m.Score(context.Background(), &Sample{}); !strings.Contains(o.Unscored, "permission denied") {
		t.Errorf("got %+v", o)
	}
}

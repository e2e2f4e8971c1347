package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Processes that change a registry at once lose nothing of one another's: each bump makes a version of its
// own, and each promotion its line of the history.
func TestProcessesChangeARegistryAtOnce(t *testing.T) {
	const processes, rounds = 6, 3
	program, dir := built(t), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("prompts/p/v1.0.0.md", "---\nname: p\nversion: 1.0.0\n---\nHi\n")
	write("prompts/labels.yaml", "# ours\n")

	// all runs one command line per process at once and gives what each printed.
	all := func(line func(i int) string) []string {
		out := make([]string, processes)
		var wg sync.WaitGroup
		for i := range processes {
			cmd := command(t, program, strings.Fields(line(i))...)
			cmd.Dir = dir
			wg.Go(func() {
				text, err := cmd.CombinedOutput()
				if out[i] = string(text); err != nil {
					t.Errorf("%s: %v\n%s", line(i), err, text)
				}
			})
		}
		wg.Wait()
		return out
	}
	made := map[string]bool{}
	for round := range rounds {
		for _, text := range all(func(int) string { return "prompt bump p --patch --json" }) {
			var b struct{ To, File string }
			if err := json.Unmarshal([]byte(text), &b); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if made[b.To] {
				t.Errorf("two processes say that they made %s", b.To)
			}
			made[b.To] = true
			if data, err := os.ReadFile(filepath.Join(dir, b.File)); err != nil || !strings.Contains(string(data), "\nversion: "+b.To+"\n") {
				t.Errorf("%s holds %q, %v", b.File, data, err)
			}
		}
		all(func(i int) string { return fmt.Sprintf("prompt promote p 1.0.%d --to label-%d", round+1, i) })
	}
	if len(made) != processes*rounds {
		t.Errorf("%d versions were made; want %d", len(made), processes*rounds)
	}
	labels, err := os.ReadFile(filepath.Join(dir, "prompts/labels.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(labels), "{at: "); n != processes*rounds {
		t.Errorf("the history has %d lines; want %d\n%s", n, processes*rounds, labels)
	}
	if !strings.Contains(string(labels), "# ours") {
		t.Error("the comment is gone")
	}
	all(func(int) string { return "prompt lock -q" })
	lock, err := os.ReadFile(filepath.Join(dir, "prompts/prompts.lock"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(lock), "\np 1.0."); n != processes*rounds+1 {
		t.Errorf("%d versions are locked; want %d\n%s", n, processes*rounds+1, lock)
	}
	left, err := filepath.Glob(filepath.Join(dir, "prompts", "*", "*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/internal/batchserver"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// killer kills the process of a submit or a fetch at the nth time that the server comes to a point.
type killer struct {
	mu     sync.Mutex
	at     string
	left   int
	cmd    *exec.Cmd
	killed bool
}

// hold is the server's hook. A request of a process that is dead is not worked on any further.
func (k *killer) hold(what string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if what != k.at || k.killed {
		return
	}
	if k.left--; k.left > 0 {
		return
	}
	k.killed = true
	_ = k.cmd.Process.Kill()
	_, _ = k.cmd.Process.Wait() // it is dead now
	if what == "upload" || what == "create" {
		panic(http.ErrAbortHandler)
	}
}

// A submit or a fetch that is killed at any of its steps goes on: each request is at the provider once, and
// each record has one answer and one call in the ledger.
func TestKillSubmittedBatch(t *testing.T) {
	const n = 400
	for _, model := range []string{"openai", "claude"} {
		for _, point := range []string{"upload 1", "upload 2", "uploaded 1", "uploaded 2", "create 1", "create 2", "created 1", "created 2", "result 1", "result 2"} {
			if model == "claude" && strings.HasPrefix(point, "upload") {
				continue
			}
			t.Run(model+" "+point, func(t *testing.T) { killAt(t, model, point, n) })
		}
	}
}

func killAt(t *testing.T, model, point string, n int) {
	s, k := batchserver.New(t), &killer{}
	if _, err := fmt.Sscan(point, &k.at, &k.left); err != nil {
		t.Fatal(err)
	}
	s.Set(batchserver.Faults{Hold: k.hold})
	var in strings.Builder
	for i := range n { // two models, so that there are two parts, of different sizes
		name := "/a"
		if i%3 == 0 {
			name = "/b"
		}
		fmt.Fprintf(&in, `{"id":"q%d","input":"question %d","model":"%s%s"}`+"\n", i, i, model, name)
	}
	dir := project(t, s.URL, map[string]string{
		"in.jsonl": in.String(),
		"llmops.yaml": "providers:\n  openai: {base_url: '" + s.URL + "/v1', api_key_env: BATCH_KEY}\n" +
			"  claude: {kind: anthropic, base_url: '" + s.URL + "', api_key_env: BATCH_KEY}\n",
	})
	run := func(args ...string) error {
		cmd := exec.CommandContext(t.Context(), llmops(t), args...)
		cmd.Dir, cmd.Env = dir, environment(t, dir, "BATCH_KEY="+batchserver.Key)
		var said bytes.Buffer
		cmd.Stderr = &said
		k.mu.Lock()
		k.cmd = cmd
		err := cmd.Start()
		k.mu.Unlock()
		if err == nil {
			err = cmd.Wait()
		}
		if err != nil {
			err = fmt.Errorf("%w: %s", err, said.String())
		}
		return err
	}
	again := func(args ...string) {
		t.Helper()
		err := run(args...)
		if err != nil && k.killed {
			err = run(args...)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	again("batch", "submit", "in.jsonl", "-o", "out.jsonl")
	again("batch", "fetch", "out.jsonl")
	if !k.killed {
		t.Fatal("nothing was killed")
	}
	for id, times := range s.Requests() {
		if times != 1 {
			t.Errorf("%s is at the provider %d times", id, times)
		}
	}
	if len(s.Requests()) != n {
		t.Errorf("%d requests at the provider, want %d", len(s.Requests()), n)
	}
	checkFetched(t, filepath.Join(dir, "out.jsonl"), n)
	checkCalls(t, filepath.Join(dir, ".llmops", "llmops.db"), n)
}

// checkCalls reads the ledger: each record's call once.
func checkCalls(t *testing.T, path string, n int) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l, err := ledger.Open(t.Context(), db, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	calls := map[string]int{}
	if err := l.Each(t.Context(), ledger.Filter{}, func(r *ledger.Record) error { calls[r.CaseID]++; return nil }); err != nil {
		t.Fatal(err)
	}
	for id, times := range calls {
		if times != 1 {
			t.Errorf("%s is in the ledger %d times", id, times)
		}
	}
	if len(calls) != n {
		t.Errorf("%d calls in the ledger, want %d", len(calls), n)
	}
}

// checkFetched reads an output: each record once, in the order of the input, with its own answer.
func checkFetched(t *testing.T, path string, n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	for line := range bytes.Lines(data) {
		var r struct{ ID, Output string }
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("q%d", got); r.ID != want || r.Output != fmt.Sprintf("echo: question %d", got) {
			t.Fatalf("record %d is %s with %q", got, r.ID, r.Output)
		}
		got++
	}
	if got != n {
		t.Errorf("%d records, want %d", got, n)
	}
}

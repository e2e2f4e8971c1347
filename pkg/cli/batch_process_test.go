//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// counting is a server that speaks OpenAI's API, echoes, and counts how often each question came.
type counting struct {
	URL string

	mu    sync.Mutex
	asked map[string]int // guarded by mu
	total int            // guarded by mu
	mark  int            // closes reached once total is there; guarded by mu
	reach chan struct{}  // guarded by mu
}

func newCounting(t *testing.T, latency time.Duration) *counting {
	t.Helper()
	c := &counting{asked: map[string]int{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var req pacedRequest
		if json.NewDecoder(r.Body).Decode(&req) != nil || len(req.Messages) != 1 {
			http.Error(w, "no message", http.StatusBadRequest)
			return
		}
		c.count(req.Messages[0].Content)
		time.Sleep(latency)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":"1","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":%s}}]}`, quoted(req.Messages[0].Content))
	}))
	t.Cleanup(s.Close)
	c.URL = s.URL
	return c
}

func (c *counting) count(question string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[question]++
	if c.total++; c.total == c.mark {
		close(c.reach)
	}
}

// after gives what is closed when n more questions have come.
func (c *counting) after(n int) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mark, c.reach = c.total+n, make(chan struct{})
	return c.reach
}

// repeats tells how many questions came more than once, and how often at the most.
func (c *counting) repeats() (n, most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, times := range c.asked {
		n += times - 1
		most = max(most, times)
	}
	return n, most
}

// A run that is killed 50 times, at any moment, has one answer to each of its 2,000 records in the end, in
// the input's order, and has paid twice for no more than what was under way.
func TestKilledBatchLosesAndDoublesNothing(t *testing.T) {
	const records, kills, workers = 2000, 50, 8
	server := newCounting(t, time.Millisecond)
	dir := project(t, server.URL, map[string]string{"in.jsonl": batchQuestions(records)})
	args := []string{"batch", "run", "in.jsonl", "-o", "out.jsonl", "-m", "fake/model", "-q", "-j", strconv.Itoa(workers)}
	for range kills {
		served := server.after(1 + rand.IntN(2*records/kills-12)) //nolint:gosec // any moment
		p := begin(t, dir, args...)
		select {
		case <-served:
		case <-time.After(time.Minute):
			t.Fatalf("nothing more is asked:\n%s", p.err.String())
		}
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond) //nolint:gosec // any moment
		p.signal(t, syscall.SIGKILL)
		p.ends(t, -1)
	}
	begin(t, dir, args...).ends(t, 0)
	checkAnswers(t, dir, records)
	repeats, most := server.repeats()
	t.Logf("%d questions came again, one of them %d times", repeats, most)
	if repeats > kills*workers {
		t.Errorf("%d questions were paid for again; want at most the %d that were under way", repeats, kills*workers)
	}
}

// checkAnswers looks for one answer to each question, in order.
func checkAnswers(t *testing.T, dir string, n int) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "out.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(lines) != n {
		t.Fatalf("the output has %d records; want %d", len(lines), n)
	}
	for i, line := range lines {
		var r struct{ ID, Output string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("record %d: %v", i+1, err)
		}
		if want := "r" + strconv.Itoa(i); r.ID != want || r.Output != "question "+want {
			t.Fatalf("record %d is %+v; want the answer to %s", i+1, r, want)
		}
	}
}

func batchQuestions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":"r%d","input":"question r%d"}`+"\n", i, i)
	}
	return b.String()
}

// A batch that is interrupted lets what is under way finish, and the printed command does the rest.
func TestInterruptedBatchGoesOn(t *testing.T) {
	server := newPaced(t)
	dir := project(t, server.URL, map[string]string{"in put.jsonl": batchQuestions(9)})
	p := begin(t, dir, "--tenant", "it's", "batch", "run", "in put.jsonl", "-o", "out.jsonl", "-m", "fake/model", "-j", "3", "--grace", "1m")
	for range 2 {
		server.say(t, "yes"+theEnd)
	}
	for range 5 { // three are open
		<-server.asked
	}
	p.signal(t, syscall.SIGINT)
	time.Sleep(50 * time.Millisecond) // nothing new may be asked meanwhile
	for range 3 {
		server.say(t, "yes"+theEnd)
	}
	p.ends(t, 130)
	if said := p.err.String(); !strings.Contains(said, "stopping: 3 calls under way may finish within 1m0s") || strings.Contains(said, "error:") {
		t.Errorf("said:\n%s", said)
	}
	if n := len(server.requests()); n != 5 {
		t.Errorf("%d requests; want 5", n)
	}
	go func() {
		for range 4 {
			server.steps <- "yes" + theEnd
		}
	}()
	if out, err := shell(t, dir, p.printed(t, "go on with: ")); err != nil || !strings.Contains(out, "9 records, complete") {
		t.Fatalf("the printed command: %v\n%s", err, out)
	}
	for question, n := range count(server) {
		if n != 1 {
			t.Errorf("%s was asked %d times", question, n)
		}
	}
}

// The second interrupt does not wait for the calls under way; what is written stays whole.
func TestSecondInterruptEndsABatch(t *testing.T) {
	server := newPaced(t)
	dir := project(t, server.URL, map[string]string{"in.jsonl": batchQuestions(9)})
	p := begin(t, dir, "batch", "run", "in.jsonl", "-o", "out.jsonl", "-m", "fake/model", "-j", "3", "--grace", "10m")
	server.say(t, "yes"+theEnd)
	for range 4 {
		<-server.asked
	}
	p.signal(t, syscall.SIGINT)
	time.Sleep(200 * time.Millisecond) // longer than a wrapper's echo of the first
	p.signal(t, syscall.SIGINT)
	p.ends(t, 130)
	data, err := os.ReadFile(filepath.Join(dir, "out.jsonl"))
	if err != nil || strings.Count(string(data), "\n") != 1 || !strings.HasSuffix(string(data), "}\n") {
		t.Errorf("the output is %q, %v; want one whole record", data, err)
	}
}

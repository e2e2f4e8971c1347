package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

const lostProject = `project: shop
retry: {base: 1ms}
providers:
  filter: {kind: openai, base_url: "URL/filter/v1"}
  cut: {kind: openai, base_url: "URL/cut/v1"}
  echo: {kind: openai, base_url: "URL/echo/v1"}
prices:
  filter/gpt-4o: {input: 1000, output: 1000}
  cut/gpt-4o: {input: 1000, output: 1000}
  echo/gpt-4o-mini: {input: 100, output: 100}
content_filter_fallbacks: {filter/gpt-4o: [echo/gpt-4o-mini]}
quotas: {tenants: {default: {usd_per_day: 100, tokens_per_day: 100000}}}
`

// newLossy starts the server of lostProject: below /filter/ a filter stops each answer, below /cut/ the first stream
// of each question breaks off after two words, and all others are echo's.
func newLossy(t *testing.T) string {
	t.Helper()
	var seen sync.Map
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		echo(rec, r)
		answer := rec.Body.String()
		_, again := seen.LoadOrStore(r.URL.Path+string(body), true)
		switch {
		case strings.HasPrefix(r.URL.Path, "/filter/"):
			answer = strings.Replace(answer, `"finish_reason": "stop"`, `"finish_reason": "content_filter"`, 1)
		case strings.HasPrefix(r.URL.Path, "/cut/") && !again:
			events := strings.SplitAfterN(answer, "\n\n", 3)
			answer = strings.Join(events[:min(2, len(events))], "")
		}
		w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// costs is what of a command's JSON is about money.
type costs struct {
	Cost       *llm.Money `json:"cost_usd"`
	Extra      *llm.Money `json:"extra_usd"`
	AnsweredBy string     `json:"answered_by"`
	Attempts   int
	Timing     struct {
		TTFT *float64 `json:"ttft_ms"`
	}
	Text  string
	Total struct {
		Cost                  *llm.Money `json:"cost_usd"`
		Calls, OK, Incomplete int64
		Estimated             int64 `json:"calls_with_estimated_usage"`
	}
	Limits []struct {
		Resource string
		Used     any
	}
}

func readCosts(t *testing.T, b []byte) (c costs) {
	t.Helper()
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return c
}

// What is thrown away is paid for: chat, batch and eval say what they cost with it, and the ledger and the budgets say
// the same.
func TestLostAnswersInTheSums(t *testing.T) {
	cases := `{"id": "a", "input": "one", "must_contain": ["one"]}` + "\n" + `{"id": "b", "input": "two three", "must_contain": ["two"]}` + "\n"
	dir := project(t, "", map[string]string{
		"llmops.yaml":               strings.ReplaceAll(lostProject, "URL", newLossy(t)),
		"in.jsonl":                  `{"id": "a", "input": "four"}` + "\n" + `{"id": "b", "input": "five six"}` + "\n",
		"evalsets/sums/suite.yaml":  "name: sums\ncases: cases.jsonl\nscorers:\n  - {type: contains}\n",
		"evalsets/sums/cases.jsonl": cases,
	})
	command := func(args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), llmops(t), args...)
		cmd.Dir, cmd.Env = dir, environment(t, dir)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s%s", args, err, out, stderr.String())
		}
		return out
	}
	var sum llm.Money
	add := func(what string, m *llm.Money) {
		t.Helper()
		if m == nil || *m <= 0 {
			t.Errorf("%s cost %v", what, m)
			return
		}
		sum += *m
	}

	// 7 tokens are asked; "echo: hello you" has 3.
	c := readCosts(t, command("chat", "--json", "-m", "filter/gpt-4o", "hello you"))
	if c.AnsweredBy != "echo/gpt-4o-mini" || c.Text != "echo: hello you" || c.Timing.TTFT == nil || c.Extra == nil || *c.Extra != 10*llm.Dollar/1000 || *c.Cost != 11*llm.Dollar/1000 {
		t.Errorf("filtered: %+v, cost %v, of it %v", c, c.Cost, c.Extra)
	}
	add("chat, filtered", c.Cost)
	c = readCosts(t, command("chat", "--json", "-m", "cut/gpt-4o", "hello you"))
	if c.Text != "echo: hello you" || c.Attempts != 2 || c.Extra == nil {
		t.Errorf("broken off: %+v", c)
	}
	add("chat, broken off", c.Cost)

	for _, args := range [][]string{{"-m", "filter/gpt-4o"}, {"-m", "cut/gpt-4o", "--stream"}} {
		out := filepath.Join(dir, "out"+args[1][:3]+".jsonl")
		command(append([]string{"batch", "run", "in.jsonl", "-o", out}, args...)...)
		lines, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(lines)) {
			add("a record of the batch", readCosts(t, []byte(line)).Cost)
		}
	}
	command("eval", "run", "sums", "-m", "filter/gpt-4o", "-o", "run.json")
	run, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	add("the eval", readCosts(t, run).Cost)

	report := readCosts(t, command("cost", "report", "--json"))
	if report.Total.Cost == nil || *report.Total.Cost != sum || report.Total.OK != 8 || report.Total.Incomplete != 8 || report.Total.Estimated != 3 {
		t.Errorf("the ledger has %+v, cost %v; the commands say %v", report.Total, report.Total.Cost, sum)
	}
	used := ""
	for _, l := range readCosts(t, command("quota", "status", "--json")).Limits {
		if l.Resource == "usd_per_day" {
			used = fmt.Sprint(l.Used)
		}
	}
	if want := fmt.Sprint(float64(sum) / float64(llm.Dollar)); used != want {
		t.Errorf("the budget has %s, the commands say %s", used, want)
	}
}

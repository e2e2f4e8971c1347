//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What is finished when a run is interrupted is kept, and the printed command does the rest and nothing twice.
func TestInterruptedEvalRunGoesOn(t *testing.T) {
	for _, workers := range []string{"1", "4"} {
		t.Run("-j "+workers, func(t *testing.T) {
			server := newPaced(t)
			dir := project(t, server.URL, map[string]string{
				"evalsets/a suite/suite.yaml":  "name: a suite\nprompt: {inline: '{{q}}'}\nmodel: fake/model\ncases: cases.jsonl\nscorers: [{type: exact}]\n",
				"evalsets/a suite/cases.jsonl": questions(9),
			})
			p := begin(t, dir, "eval", "run", "a suite", "-j", workers, "--tag", "first")
			for range 4 { // whichever of the open requests takes it
				server.say(t, "yes"+theEnd)
			}
			kept := waitForCases(t, dir, 4)
			p.signal(t, syscall.SIGINT)
			p.ends(t, 130)
			if strings.Contains(p.err.String(), "error:") {
				t.Errorf("an interrupt is no error:\n%s", p.err.String())
			}
			asked := count(server)
			for _, id := range kept {
				if asked[id] != 1 {
					t.Errorf("%s was asked %d times", id, asked[id])
				}
			}

			go func() {
				for range 5 {
					server.steps <- "yes" + theEnd
				}
			}()
			if out, err := shell(t, dir, p.printed(t, "go on with: ")); err != nil {
				t.Fatalf("the printed command: %v\n%s", err, out)
			}
			done := map[string]bool{}
			all := runCases(t, dir)
			for _, id := range all {
				done[id] = true
			}
			if len(all) != 9 || len(done) != 9 {
				t.Errorf("the run has the records %v; want one of each of the 9 cases", all)
			}
			asked = count(server)
			for _, id := range kept {
				if asked[id] != 1 {
					t.Errorf("%s was finished and is asked again", id)
				}
			}
		})
	}
}

func questions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{\"id\": \"c%d\", \"vars\": {\"q\": \"c%d\"}, \"expected\": \"yes\"}\n", i, i)
	}
	return b.String()
}

// count tells how often each question came.
func count(server *paced) map[string]int {
	n := map[string]int{}
	for _, r := range server.requests() {
		n[r.Messages[0].Content]++
	}
	return n
}

// waitForCases waits until the one run of the project holds n records and gives their cases.
func waitForCases(t *testing.T, dir string, n int) []string {
	t.Helper()
	for {
		if cases := runCases(t, dir); len(cases) >= n {
			return cases
		}
		select {
		case <-t.Context().Done():
			t.Fatal("the records do not come")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// runCases lists the cases that the one run of the project has records of.
func runCases(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, ".llmops", "runs", "*", "cases.jsonl"))
	if err != nil || len(files) > 1 {
		t.Fatal(files, err)
	}
	var cases []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var r struct{ Case string }
			if json.Unmarshal(line, &r) == nil && r.Case != "" {
				cases = append(cases, r.Case)
			}
		}
	}
	return cases
}

//go:build linux

package cli_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// BenchmarkBatchMillion runs a batch of a million records, as the program is released, against a server
// in this process. It reports the program's peak memory, and how much more of the processor's time a record
// of the last tenth takes than one of the first: the elapsed time would be that of the machine too. The
// server shares the processors. It takes minutes: -benchtime 1x.
func BenchmarkBatchMillion(b *testing.B) {
	const n = 1_000_000
	const answer = `{"id":"1","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"yes"}}],` +
		`"usage":{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8}}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	program := released(b)
	for b.Loop() {
		cmd := command(b, program, "batch", "run", "in.jsonl", "-o", "out.jsonl", "-m", "fake/m", "-j", "16", "--json-progress")
		writeMillion(b, cmd.Dir, server.URL, n)
		progress, err := cmd.StderrPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		marks := readProgress(b, progress, cmd.Process.Pid)
		if err := cmd.Wait(); err != nil {
			b.Fatal(err)
		}
		first, last := perRecord(marks, 0, n/10), perRecord(marks, n-n/10, n)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1e3, "MB-peak") // Linux gives kilobytes
		b.ReportMetric(first*1e6, "first-cpu-µs/record")
		b.ReportMetric(last*1e6, "last-cpu-µs/record")
		b.ReportMetric(last/first, "last/first")
	}
}

func writeMillion(b *testing.B, dir, url string, n int) {
	b.Helper()
	config := "providers:\n  fake: {kind: openai, base_url: '" + url + "/v1'}\n"
	if err := os.WriteFile(filepath.Join(dir, "llmops.yaml"), []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "in.jsonl")) //nolint:gosec // a directory of the benchmark
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i := range n {
		fmt.Fprintf(w, `{"id":"r%d","input":"What is the answer to question %d, in a few words?"}`+"\n", i, i)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// mark is how many records were written when the program had used so many seconds of the processor.
type mark struct{ records, seconds float64 }

func readProgress(b *testing.B, progress io.Reader, pid int) []mark {
	b.Helper()
	marks := []mark{{}}
	lines := bufio.NewScanner(progress)
	for lines.Scan() {
		var p struct{ Succeeded float64 }
		if json.Unmarshal(lines.Bytes(), &p) == nil {
			marks = append(marks, mark{p.Succeeded, processorTime(b, pid)})
		}
	}
	return marks
}

// processorTime reads user and system time, in ticks of a hundredth of a second; see proc_pid_stat(5).
func processorTime(b *testing.B, pid int) float64 {
	b.Helper()
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		b.Fatal(err)
	}
	var user, system float64
	var skip string
	fields := []any{&skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &user, &system}
	if _, err := fmt.Sscan(string(data), fields...); err != nil {
		b.Fatal(err)
	}
	return (user + system) / 100
}

// perRecord is the processor's time for a record between two numbers of records.
func perRecord(marks []mark, from, to float64) float64 {
	return (secondsAt(marks, to) - secondsAt(marks, from)) / (to - from)
}

// secondsAt interpolates between the marks.
func secondsAt(marks []mark, records float64) float64 {
	for i, m := range marks {
		if m.records >= records && i > 0 {
			before := marks[i-1]
			return before.seconds + (m.seconds-before.seconds)*(records-before.records)/(m.records-before.records)
		}
	}
	return marks[len(marks)-1].seconds
}

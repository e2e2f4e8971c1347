package eval

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// runForever is what the re-executed test binary does: a run whose calls take a moment each.
func runForever(dir string) {
	s, err := Load(dir)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	caller := callerFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		time.Sleep(time.Millisecond)
		return answering(strings.Repeat("ok ", 3000)), nil
	})
	_, err = Run(context.Background(), s, Config{
		Caller: caller, Root: filepath.Join(dir, "runs"), Concurrency: 4, NewID: func() string { return "killed" },
		Progress: func(p Progress) { fmt.Println(p.Done) },
	})
	fmt.Println("ended", err)
	os.Exit(1)
}

// A process that is killed in the middle loses at most the record in flight: every answer that it told
// of is there, and the run can be finished.
func TestKilledRun(t *testing.T) {
	const n = 1500
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: contains, values: ok}]\n", "c.jsonl": numbered(n)})
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EVAL_TEST_RUN_FOREVER="+s.Dir)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	told := 0
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if _, err := fmt.Sscan(lines.Text(), &told); err != nil {
			t.Fatalf("the run says %q", lines.Text())
		}
		if told == 50 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed
	root := filepath.Join(s.Dir, "runs")
	path := filepath.Join(root, "killed")
	if _, err := Repair(path); err != nil { // of what the kill itself cut off
		t.Fatal(err)
	}
	kept := 0
	for _, err := range Records(path) {
		if err != nil {
			t.Fatal(err)
		}
		kept++
	}
	if kept < told || told < 50 || kept == n {
		t.Fatalf("%d answers were told of, %d were kept", told, kept)
	}

	// The worst moment: in the middle of a write.
	tear(t, filepath.Join(path, casesName))
	left := 0
	again := callerFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		left++
		return answering("ok"), nil
	})
	out, err := Run(t.Context(), s, Config{Caller: again, Root: root, Concurrency: 1, Resume: "killed"})
	if err != nil || !out.Result.Valid || out.Result.Metrics[0].N != n || left != n-kept+1 {
		t.Errorf("%v, %s; %d calls for %d cases left", err, out.Result.Invalid, left, n-kept+1)
	}
}

// tear cuts the last record in half.
func tear(t *testing.T, path string) {
	t.Helper()
	text := readFile(t, path)
	last := strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n') + 1
	if err := os.Truncate(path, int64(last+(len(text)-last)/2)); err != nil {
		t.Fatal(err)
	}
}

func TestRepair(t *testing.T) {
	tests := []struct {
		name, text, want string
		cut              int64
	}{
		{"whole", "{}\n{}\n", "{}\n{}\n", 0},
		{"torn", "{}\n{\"a\"", "{}\n", 4},
		{"only a torn one", "{\"a\"", "", 4},
		{"empty", "", "", 0},
		{"a torn one of more than a buffer", "{}\n" + strings.Repeat("x", 200_000), "{}\n", 200_000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, casesName), tt.text)
			cut, err := Repair(dir)
			if got := readFile(t, filepath.Join(dir, casesName)); err != nil || cut != tt.cut || got != tt.want {
				t.Errorf("cut %d, %v, left %.20q", cut, err, got)
			}
		})
	}
	if cut, err := Repair(t.TempDir()); cut != 0 || err != nil {
		t.Errorf("without a file: %d, %v", cut, err)
	}
}

func TestDamagedRuns(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadInfo(dir); err == nil || !strings.Contains(err.Error(), "holds no run.json") {
		t.Errorf("got %v", err)
	}
	writeFile(t, filepath.Join(dir, infoName), `{"schema": "other/v1"}`)
	if _, err := ReadInfo(dir); err == nil || !strings.Contains(err.Error(), `has the schema "other/v1"`) {
		t.Errorf("got %v", err)
	}
	writeFile(t, filepath.Join(dir, infoName), `{`)
	if _, err := ReadInfo(dir); err == nil || !strings.Contains(err.Error(), "malformed") {
		t.Errorf("got %v", err)
	}
	writeFile(t, filepath.Join(dir, casesName), "{\"seq\": 0}\n[]\n{\"seq\": 1}\n")
	var last error
	for _, err := range Records(dir) {
		last = err
	}
	if last == nil || !strings.Contains(last.Error(), casesName+":2: malformed record") {
		t.Errorf("got %v", last)
	}
}

// A write that fails ends the run, and the file holds whole records only.
func TestWriteErrorKeepsWholeRecords(t *testing.T) {
	d, err := createDir(t.TempDir(), Info{ID: "r", Schema: runSchema})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.append(&Record{Case: "a"}); err != nil {
		t.Fatal(err)
	}
	whole := readFile(t, filepath.Join(d.path, casesName))
	if err := d.file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.append(&Record{Case: "b"}); err == nil {
		t.Error("writing to a closed file succeeded")
	}
	if got := readFile(t, filepath.Join(d.path, casesName)); got != whole || len(d.lines) != 1 {
		t.Errorf("the file is %q", got)
	}
}

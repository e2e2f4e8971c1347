//go:build unix

package batch_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/batch"
)

// fullDisk in the environment is the directory of the batch that TestRunOnFullDisk runs.
const fullDisk = "LLMOPS_TEST_FULL_DISK"

// TestRunOnFullDisk is the process of TestFullDisk: its files may have 16 KB.
func TestRunOnFullDisk(t *testing.T) {
	dir := os.Getenv(fullDisk)
	if dir == "" {
		t.Skip("TestFullDisk runs it")
	}
	t.Fatal(runOnFullDisk(dir))
}

func runOnFullDisk(dir string) error {
	signal.Ignore(syscall.SIGXFSZ) // so that the write fails, as on a full disk
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 16 << 10, Max: 16 << 10}); err != nil {
		return err
	}
	job, err := batch.Open(directoryConfig(dir))
	if err != nil {
		return err
	}
	s, err := job.Run(context.Background(), caller(&asked{}, nil))
	if err == nil || s.Complete {
		return errors.New("there was room for all of it")
	}
	return errors.Join(job.Close(), err)
}

func directoryConfig(dir string) batch.Config {
	path := filepath.Join(dir, "in.jsonl")
	return batch.Config{
		Input: batch.Input{Name: "in.jsonl", Path: path}, Output: filepath.Join(dir, "out.jsonl"),
		Settings: batch.Settings{Model: "fake/model"}, Concurrency: 4,
	}
}

// A disk that is full ends the run; what is there is whole, and the run goes on once there is room.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	cfg := directoryConfig(dir)
	write(t, cfg.Input.Path, questions(500))
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRunOnFullDisk$") //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), fullDisk+"="+dir)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "output: write ") || !strings.Contains(string(out), "file too large") {
		t.Fatalf("the run ended with %v:\n%s", err, out)
	}
	data, err := os.ReadFile(cfg.Output)
	if err != nil || len(data) > 16<<10 || !strings.HasSuffix(string(data), "}\n") {
		t.Fatalf("%v; the output has %d bytes and ends in %q", err, len(data), data[max(0, len(data)-20):])
	}
	kept := len(records(t, cfg.Output))
	model := &asked{}
	if _, err := run(t, cfg, caller(model, nil)); err != nil {
		t.Fatal(err)
	}
	checkAll(t, cfg.Output, 500)
	if len(model.counts) != 500-kept {
		t.Errorf("%d records were kept, and %d asked again", kept, len(model.counts))
	}
}

//go:build unix

package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What no context reaches, a read of a pipe that stays open, must not outlive the first signal.
func TestInterruptEndsAWait(t *testing.T) {
	tests := map[string]struct {
		args []string
		open func(t *testing.T, dir string, stdin *os.File) // returns when the program waits
	}{
		"standard input that stays open": {[]string{"Sum up:"}, fillPipe},
		"a FIFO that stays open":         {[]string{"--schema", "fifo", "Hi"}, openFIFO},
		"an attached one":                {[]string{"-a", "fifo", "Hi"}, openFIFO},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := project(t, "http://127.0.0.1:1", nil)
			if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
				t.Fatal(err)
			}
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			defer r.Close()
			cmd := exec.CommandContext(t.Context(), llmops(t), append([]string{"chat", "-m", "fake/model"}, tt.args...)...)
			cmd.Dir, cmd.Env, cmd.Stdin = dir, environment(t, dir), r
			var said bytes.Buffer
			cmd.Stderr = &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			tt.open(t, dir, w)
			_ = cmd.Process.Signal(syscall.SIGINT)
			_ = cmd.Wait()
			if cmd.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "stopped while waiting for") {
				t.Errorf("exit code %s\n%s", cmd.ProcessState, said.String())
			}
		})
	}
}

// fillPipe writes more than a pipe holds: the rest goes in when somebody reads.
func fillPipe(t *testing.T, _ string, stdin *os.File) {
	t.Helper()
	if err := stdin.SetWriteDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := stdin.Write(bytes.Repeat([]byte("text "), 100_000)); err != nil {
		t.Fatal(err)
	}
}

// openFIFO opens the other end, which succeeds when somebody reads, and leaves it open.
func openFIFO(t *testing.T, dir string, _ *os.File) {
	t.Helper()
	for range 3000 {
		f, err := os.OpenFile(filepath.Join(dir, "fifo"), os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err == nil {
			t.Cleanup(func() { _ = f.Close() })
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody reads the FIFO")
}

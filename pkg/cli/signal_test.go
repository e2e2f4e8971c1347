//go:build unix

package cli_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// process is a run of the program.
type process struct {
	*exec.Cmd
	out io.Reader
	err bytes.Buffer
}

// begin starts a run of the program, which the test's end ends.
func begin(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), llmops(t), args...)
	cmd.Dir, cmd.Env = dir, environment(t, dir)
	p := &process{Cmd: cmd}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out, cmd.Stderr = out, &p.err
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// llmops is the program as testscript.Main puts it on the PATH.
func llmops(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("llmops")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func environment(t *testing.T, dir string, more ...string) []string {
	t.Helper()
	return append([]string{
		"HOME=" + dir, "PATH=" + filepath.Dir(llmops(t)), "LLMOPS_RETRY_BASE=1ms",
		"GORACE=atexit_sleep_ms=0", // else the race detector holds each process for a second
	}, more...)
}

// reads waits until the program has printed this.
func (p *process) reads(t *testing.T, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(p.out, got); err != nil || string(got) != want {
		t.Fatalf("printed %q, %v; want %q\n%s", got, err, want, p.err.String())
	}
}

func (p *process) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := p.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// ends waits for the end of the program and gives what it still printed.
func (p *process) ends(t *testing.T, code int) string {
	t.Helper()
	rest, _ := io.ReadAll(p.out)
	_ = p.Wait() // its code is looked at next
	if got := p.ProcessState.ExitCode(); got != code {
		t.Fatalf("exit code %d (%s); want %d\n%s", got, p.ProcessState, code, p.err.String())
	}
	return string(rest)
}

// printed finds the command line that stands behind a label on standard error.
func (p *process) printed(t *testing.T, label string) string {
	t.Helper()
	for line := range strings.Lines(p.err.String()) {
		if command, ok := strings.CutPrefix(line, label); ok {
			return strings.TrimSpace(command)
		}
	}
	t.Fatalf("no %q in:\n%s", label, p.err.String())
	return ""
}

// shell runs a command line as it was printed.
func shell(t *testing.T, dir, line string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", line)
	cmd.Dir, cmd.Env = dir, environment(t, dir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestInterruptedChatGoesOn(t *testing.T) {
	tests := []struct {
		sig    syscall.Signal
		code   int
		global []string
	}{
		{syscall.SIGINT, 130, nil},
		{syscall.SIGTERM, 143, []string{"--tenant", "it's another", "--config", "./llmops.yaml"}},
	}
	for _, tt := range tests {
		t.Run(tt.sig.String(), func(t *testing.T) {
			server := newPaced(t)
			dir := project(t, server.URL, nil)
			p := begin(t, dir, append(tt.global, "chat", "-m", "fake/model", "Tell me")...)
			server.say(t, "Once upon")
			p.reads(t, "Once upon")
			p.signal(t, tt.sig)
			if rest := p.ends(t, tt.code); rest != "\n" {
				t.Errorf("printed %q after the signal; want the end of the line", rest)
			}
			if !strings.Contains(p.err.String(), "the answer is incomplete") {
				t.Errorf("standard error does not say that the answer is incomplete:\n%s", p.err.String())
			}
			checkPartial(t, dir, "Once upon")

			go func() { server.steps <- " a time." + theEnd }()
			if out, err := shell(t, dir, p.printed(t, "continue with: ")); err != nil || out != " a time.\n" {
				t.Fatalf("the printed command gave %q, %v", out, err)
			}
			want := pacedRequest{Stream: true, Messages: []struct{ Role, Content string }{
				{"user", "Tell me"}, {"assistant", "Once upon"}, {"user", "go on"},
			}}
			if diff := cmp.Diff(want, server.requests()[1]); diff != "" {
				t.Errorf("the second request (-want +got):\n%s", diff)
			}
		})
	}
}

// checkPartial looks for the one call, recorded as incomplete, with the part that came.
func checkPartial(t *testing.T, dir, text string) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, ".llmops", "llmops.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l, err := ledger.Open(t.Context(), db, ledger.Options{Texts: ledger.TextsFull})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	list, err := l.List(t.Context(), ledger.Filter{})
	if err != nil || len(list) != 1 || list[0].Status != ledger.Incomplete {
		t.Fatalf("the ledger holds %+v, %v; want one incomplete call", list, err)
	}
	if u := list[0].Usage; u == nil || u.Output == 0 || list[0].UsageSource != ledger.UsageEstimated {
		t.Errorf("the usage is %+v by %q; want one that was counted here", u, list[0].UsageSource)
	}
	call, err := l.Get(t.Context(), list[0].TraceID)
	if err != nil || len(call.Output) != 1 || call.Output[0].Text != text {
		t.Errorf("the call's answer is %+v, %v; want %q", call, err, text)
	}
	c, err := l.Conversation(t.Context(), call.Conversation)
	if err != nil || len(c.Turns) != 2 || !c.Turns[1].Incomplete {
		t.Errorf("the conversation is %+v, %v; want a question and an incomplete answer", c, err)
	}
}

func TestInterruptBeforeTheAnswer(t *testing.T) {
	server := newPaced(t)
	p := begin(t, project(t, server.URL, nil), "chat", "-m", "fake/model", "Tell me")
	<-server.asked
	p.signal(t, syscall.SIGINT)
	if rest := p.ends(t, 130); rest != "" {
		t.Errorf("printed %q", rest)
	}
	if got, want := p.err.String(), "stopped by interrupt; nothing of the answer had arrived\n"; got != want {
		t.Errorf("said %q; want %q", got, want)
	}
}

// The first signal cannot end the program while another process holds the ledger; the second does.
func TestSecondInterruptEndsAtOnce(t *testing.T) {
	server := newPaced(t)
	dir := project(t, server.URL, map[string]string{".llmops/.gitignore": "*"})
	release := lockLedger(t, dir)
	p := begin(t, dir, "chat", "-m", "fake/model", "Tell me")
	server.say(t, "Once")
	p.reads(t, "Once")
	p.signal(t, syscall.SIGINT)
	<-server.left // the first has arrived
	stop := make(chan struct{})
	go func() { // until one counts: those right after the first are taken for its echo
		for {
			select {
			case <-time.After(20 * time.Millisecond):
				_ = p.Process.Signal(syscall.SIGINT)
			case <-stop:
				return
			}
		}
	}()
	p.ends(t, 130)
	close(stop)
	release()
	if said := p.err.String(); said != "" {
		t.Errorf("it took the time to say %q", said)
	}
}

// lockLedger holds the ledger's write lock, as a busy process would, until it is released.
func lockLedger(t *testing.T, dir string) (release func()) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, ".llmops", "llmops.db"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(t.Context(), db, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	held, free, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = db.Write(context.WithoutCancel(t.Context()), func(*sql.Tx) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	return func() {
		close(free)
		<-done
		_ = l.Close()
		_ = db.Close()
	}
}

// timeout(1) sends its signal to the program and then to the program's group; that is one signal.
func TestTwiceTheSameSignalIsOne(t *testing.T) {
	server := newPaced(t)
	p := begin(t, project(t, server.URL, nil), "chat", "-m", "fake/model", "Tell me")
	server.say(t, "Once")
	p.reads(t, "Once")
	p.signal(t, syscall.SIGTERM)
	_ = p.Process.Signal(syscall.SIGTERM) // it may have ended
	p.ends(t, 143)
	p.printed(t, "continue with: ")
}

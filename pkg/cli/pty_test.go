//go:build linux

package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal, seen from where its user sits.
type terminal struct {
	*os.File
	side *os.File // the program's
}

// newTerminal opens a terminal of 80 columns that passes on what it gets as it is.
func newTerminal(t *testing.T) *terminal {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { _ = user.Close() })
	fd := int(user.Fd()) // it stays non-blocking, so that reads have deadlines
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	side, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = side.Close() })
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	mode, err := unix.IoctlGetTermios(int(side.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	mode.Oflag &^= unix.OPOST // no \r before \n
	mode.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(int(side.Fd()), unix.TCSETS, mode); err != nil {
		t.Fatal(err)
	}
	return &terminal{user, side}
}

// run starts the program with the terminal as its controlling one and as its three streams.
func (tty *terminal) run(t *testing.T, dir string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), llmops(t), args...)
	cmd.Dir, cmd.Env = dir, environment(t, dir, env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty.side, tty.side, tty.side
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// sees reads until this has appeared and gives all that was read.
func (tty *terminal) sees(t *testing.T, want string) string {
	t.Helper()
	if err := tty.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for !bytes.Contains(got, []byte(want)) {
		b := make([]byte, 4096)
		n, err := tty.Read(b)
		if err != nil {
			t.Fatalf("the terminal shows %q, then %v; want %q", got, err, want)
		}
		got = append(got, b[:n]...)
	}
	return string(got)
}

// rest gives what stands on the terminal when the program has ended.
func (tty *terminal) rest(t *testing.T, cmd *exec.Cmd, code int) string {
	t.Helper()
	_ = cmd.Wait() // its code is looked at next
	const mark = "\x00the end\x00"
	if _, err := tty.side.WriteString(mark); err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(tty.sees(t, mark), mark)
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("%s; want exit code %d; the terminal shows %q", cmd.ProcessState, code, text)
	}
	return text
}

// A model's text cannot command the terminal: set colours, the title or the clipboard, hide or reorder text.
var hostile = []struct{ name, text, shown string }{
	{"colour", "a\x1b[31mb", "a␛[31mb"},
	{"title", "\x1b]0;pwned\x07", "␛]0;pwned␇"},
	{"clipboard", "\x1b]52;c;aGk=\x1b\\", "␛]52;c;aGk=␛\\"},
	{"link", "\x1b]8;;http://evil.example\x1b\\bank\x1b]8;;\x1b\\", "␛]8;;http://evil.example␛\\bank␛]8;;␛\\"},
	{"device control", "\x1bP1$q\x1b\\", "␛P1$q␛\\"},
	{"C1 control sequence", "\u009b31m\u009d0;x\u009c", "<U+009B>31m<U+009D>0;x<U+009C>"},
	{"bidirectional override", "\u202ecba\u202c \u2066x\u2069 \u200f", "<U+202E>cba<U+202C> <U+2066>x<U+2069> <U+200F>"},
	{"carriage return over the line", "pay 5\rpay 9", "pay 5␍pay 9"},
	{"backspace", "no\b\byes", "no␈␈yes"},
	{"NUL", "a\x00b", "a␀b"},
	{"what is harmless", "Çok güzel:\n\t日本語 👩‍👩‍👧 e\u0301\n", "Çok güzel:\n\t日本語 👩‍👩‍👧 e\u0301\n"},
}

func TestHostileTextOnATerminal(t *testing.T) {
	server := newPaced(t)
	dir := project(t, server.URL, nil)
	for _, tt := range hostile {
		for _, flags := range [][]string{nil, {"--no-stream"}} {
			t.Run(strings.Join(append([]string{tt.name}, flags...), " "), func(t *testing.T) {
				args := append([]string{"chat", "-m", "fake/model", "Hi"}, flags...)
				tty := newTerminal(t)
				cmd := tty.run(t, dir, nil, args...)
				if flags == nil {
					for _, char := range tt.text { // cut between any two characters
						server.say(t, string(char))
					}
					server.say(t, theEnd)
				} else {
					server.say(t, tt.text+theEnd)
				}
				if got, want := tty.rest(t, cmd, 0), strings.TrimSuffix(tt.shown, "\n")+"\n"; got != want {
					t.Errorf("the terminal gets\n%q; want\n%q", got, want)
				}
			})
		}
	}
}

func TestHostileTextInAPipe(t *testing.T) {
	server := newPaced(t)
	dir := project(t, server.URL, nil)
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			p := begin(t, dir, "chat", "-m", "fake/model", "Hi")
			server.say(t, tt.text+theEnd)
			if got, want := p.ends(t, 0), strings.TrimSuffix(tt.text, "\n")+"\n"; got != want {
				t.Errorf("the pipe gets %q; want %q", got, want)
			}
		})
	}
}

// Each piece is on the terminal, or in the pipe, before the server sends the next one.
func TestEachDeltaIsFlushed(t *testing.T) {
	server := newPaced(t)
	dir := project(t, server.URL, nil)
	t.Run("terminal", func(t *testing.T) {
		tty := newTerminal(t)
		cmd := tty.run(t, dir, nil, "chat", "-m", "fake/model", "Hi")
		for i := range 5 {
			word := fmt.Sprintf("word%d", i)
			server.say(t, word)
			tty.sees(t, word)
		}
		server.say(t, "!"+theEnd)
		if got := tty.rest(t, cmd, 0); got != "!\n" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("pipe", func(t *testing.T) {
		p := begin(t, dir, "chat", "-m", "fake/model", "Hi")
		for i := range 5 {
			word := fmt.Sprintf("word%d", i)
			server.say(t, word)
			p.reads(t, word)
		}
		server.say(t, "!"+theEnd)
		if got := p.ends(t, 0); got != "!\n" {
			t.Errorf("got %q", got)
		}
	})
}

// Ctrl-C is what the terminal makes of the key, for the whole of its foreground group.
func TestControlC(t *testing.T) {
	server := newPaced(t)
	tty := newTerminal(t)
	cmd := tty.run(t, project(t, server.URL, nil), nil, "chat", "-m", "fake/model", "Hi")
	server.say(t, "Once")
	tty.sees(t, "Once")
	if _, err := io.WriteString(tty, "\x03"); err != nil {
		t.Fatal(err)
	}
	if got := tty.rest(t, cmd, 130); !strings.HasPrefix(got, "\nstopped by interrupt; the answer is incomplete\ncontinue with: ") {
		t.Errorf("the terminal shows %q", got)
	}
}

func TestColour(t *testing.T) {
	dir := project(t, "http://127.0.0.1:1", nil)
	tests := []struct {
		env, flag      string
		onTTY, inAPipe bool
	}{
		{"", "", true, false},
		{"NO_COLOR=1", "", false, false},
		{"NO_COLOR=false", "", false, false}, // any value
		{"NO_COLOR=", "", true, false},       // but none
		{"", "--no-color", false, false},
		{"TERM=dumb", "", false, false},
		{"CLICOLOR_FORCE=1", "", true, true},
		{"CLICOLOR_FORCE=0", "", true, false},
		{"CLICOLOR_FORCE=1 NO_COLOR=1", "", false, false},
		{"CLICOLOR_FORCE=1", "--no-color", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.env+tt.flag, func(t *testing.T) {
			env := strings.Fields("TERM=xterm " + tt.env)
			args := append(strings.Fields(tt.flag), "doctor")
			tty := newTerminal(t)
			if got := tty.rest(t, tty.run(t, dir, env, args...), 0); strings.Contains(got, "\x1b[") != tt.onTTY {
				t.Errorf("on a terminal %q; want colour: %v", got, tt.onTTY)
			}
			cmd := exec.CommandContext(t.Context(), llmops(t), args...)
			cmd.Dir, cmd.Env = dir, environment(t, dir, env...)
			out, err := cmd.Output()
			if err != nil || strings.Contains(string(out), "\x1b[") != tt.inAPipe {
				t.Errorf("in a pipe %q, %v; want colour: %v", out, err, tt.inAPipe)
			}
		})
	}
}

// Errors, and how to mend them, are broken between words on a terminal, and in a pipe not at all.
func TestHintsWrap(t *testing.T) {
	dir := project(t, "http://127.0.0.1:1", map[string]string{"bad.yaml": "zzz: 1\n"})
	for _, c := range []struct {
		args  []string
		code  int
		below string // what the following lines of a text stand behind
	}{
		{[]string{"nope"}, 2, "\n      "},                                 // its hint lists all commands
		{[]string{"doctor", "--config", "bad.yaml"}, 2, "\n            "}, // the keys that there are
	} {
		tty := newTerminal(t)
		got := tty.rest(t, tty.run(t, dir, []string{"TERM=dumb"}, c.args...), c.code)
		cmd := exec.CommandContext(t.Context(), llmops(t), c.args...)
		cmd.Dir, cmd.Env = dir, environment(t, dir)
		out, _ := cmd.CombinedOutput() // its code was seen above
		if got == string(out) {
			t.Errorf("%v: nothing was too long for the terminal:\n%s", c.args, out)
		}
		for line := range strings.Lines(got) {
			if len(line) > 81 && strings.Contains(line, "hint") {
				t.Errorf("%d columns: %s", len(line)-1, line)
			}
		}
		if joined := strings.ReplaceAll(got, c.below, " "); joined != string(out) {
			t.Errorf("the terminal shows\n%s; want the words of\n%s", got, out)
		}
	}
}

// Package cli is the llmops command line: one file per command, and setup.go, where the parts meet.
// Main runs it for the process, Run for a test.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// env is what a command sees of the world.
type env struct {
	in       io.Reader
	out, err io.Writer
	inTTY    bool
	outTTY   bool
	errTTY   bool
	columns  int // width of the terminal that output, or else standard error, is; 0 means unknown
	dir      string
	environ  []string
	done     <-chan struct{} // closed at the first signal; nil means never

	// Set by the global flags.
	configFile string
	noColor    bool
	quiet      bool
	tenant     string
	cacheMode  string

	app     *app  // made by setup on first use
	helpErr error // what kept help from being written

	// grace is how long a stopped command lets what is under way finish, before lastWords; a
	// time.Duration. It is for the command to set.
	grace atomic.Int64
}

// Main runs the command line of this process and returns its exit code.
func Main() int {
	e := &env{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		inTTY: term.IsTerminal(int(os.Stdin.Fd())), outTTY: term.IsTerminal(int(os.Stdout.Fd())), errTTY: term.IsTerminal(int(os.Stderr.Fd())),
		environ: os.Environ(),
	}
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			e.columns = w
			break
		}
	}
	ctx, stop := withSignals(context.Background(), &e.grace)
	defer stop()
	return run(ctx, e, os.Args[1:])
}

// run executes one command line.
func run(ctx context.Context, e *env, args []string) int {
	e.done = ctx.Done()
	root := newRoot(e)
	root.SetArgs(args)
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.err)
	err := e.explained(errors.Join(root.ExecuteContext(ctx), e.helpErr))
	if closeErr := e.close(); err == nil {
		err = closeErr
	}
	if err == nil {
		return exitOK
	}
	code := exitCode(ctx, err)
	e.printError(err)
	return code
}

// printError says what went wrong and, on a line of its own, what to do about it.
func (e *env) printError(err error) {
	var quiet *silentError
	if errors.As(err, &quiet) || errors.Is(err, syscall.EPIPE) {
		return
	}
	e.tell(e.errStyle().bad("error:"), err.Error())
	e.hint(err)
}

// silentError has an exit code and nothing to say: the command has said it already.
type silentError struct{ err error }

func (s *silentError) Error() string { return s.err.Error() }
func (s *silentError) Unwrap() error { return s.err }

// signalError is the cause of a context that a signal cancelled.
type signalError struct{ sig syscall.Signal }

func (s signalError) Error() string { return "stopped by " + s.sig.String() }

// sameSignal is how long a repeat counts as the first signal's echo: timeout(1) and wrappers such as npm
// pass on a signal that the process has from its group already.
const sameSignal = 100 * time.Millisecond

// lastWords is how long a stopped command has to write down what it has: more than the database waits for
// its lock. One that is stuck where no context reaches, in opening a FIFO, is ended then.
const lastWords = 15 * time.Second

// withSignals cancels the context at the first SIGINT or SIGTERM; the second ends the process at once.
func withSignals(ctx context.Context, grace *atomic.Int64) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ch := make(chan os.Signal, 2)
	signal.Notify(ch, syscall.SIGINT, syscall.SIGTERM)
	// Whoever reads our output may stop before its end, as head does. Caught, the signal makes the write fail
	// instead of ending the process, so that the call is recorded; see exitPipe.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	go func() {
		var first time.Time
		for {
			sig, ok := (<-ch).(syscall.Signal)
			switch {
			case !ok:
				return
			case first.IsZero():
				first = time.Now()
				cancel(signalError{sig})
				time.AfterFunc(time.Duration(grace.Load())+lastWords, func() { os.Exit(128 + int(sig)) })
			case time.Since(first) > sameSignal:
				os.Exit(128 + int(sig))
			}
		}
	}()
	return ctx, func() {
		signal.Stop(ch)
		signal.Stop(pipe)
		close(ch)
		cancel(nil)
	}
}

// usage makes cobra's own complaints about flags and arguments into usage errors.
func usage(cmd *cobra.Command, err error) error {
	return diag.Errorf("%w", err).WithHint("see `%s --help`", cmd.CommandPath())
}

// group is the run function of a command that only holds others.
func group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var names []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	e := diag.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())
	if near := diag.DidYouMean(args[0], names); near != "" {
		return e.WithHint("%s", near)
	}
	return e.WithHint("commands: %s", strings.Join(names, ", "))
}

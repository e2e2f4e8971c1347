package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/report"
)

type evalViewOptions struct {
	port   int
	idle   time.Duration
	noOpen bool
}

func newEvalView(e *env) *cobra.Command {
	var o evalViewOptions
	cmd := &cobra.Command{
		Use:   "view [RUN...]",
		Short: "Show the report on a run in the browser",
		Long: `Show the report on a run, or on several side by side, in the browser. Without
RUN it is the last one. The page is served on this machine only, and is read
anew from the run at each reload. The command ends with Ctrl-C, or by itself
after the page has not been asked for in a while.`,
		Example: `  llmops eval view
  llmops eval view main candidate --no-open --port 8080`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.port < 0 || o.port > 65535 {
				return diag.Errorf("--port %d is not between 0 and 65535", o.port)
			}
			if o.idle <= 0 {
				return diag.Errorf("--idle %s is not above zero", o.idle)
			}
			if len(args) == 0 {
				args = []string{"last"}
			}
			return runEvalView(cmd.Context(), e, o, args)
		},
		ValidArgsFunction: e.completeRuns,
	}
	flags := cmd.Flags()
	flags.IntVar(&o.port, "port", 0, "`PORT` to listen on; 0 means any free one")
	flags.DurationVar(&o.idle, "idle", 30*time.Minute, "end after this time without a request")
	flags.BoolVar(&o.noOpen, "no-open", false, "print the address and open no browser")
	return cmd
}

func runEvalView(ctx context.Context, e *env, o evalViewOptions, names []string) error {
	if _, err := e.storedRuns(names); err != nil {
		return err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	url := "http://127.0.0.1:" + port + "/"
	if _, err := fmt.Fprintln(e.out, url); err != nil {
		return errors.Join(err, listener.Close())
	}
	view := newViewServer(port, o.idle, func(w io.Writer) error {
		runs, err := e.storedRuns(names) // anew: the run may be going on
		if err != nil {
			return err
		}
		return report.HTML(w, runs)
	})
	if !o.noOpen && e.outTTY {
		e.openBrowser(ctx, url)
	}
	e.info("press Ctrl-C to end")
	return view.serve(ctx, listener)
}

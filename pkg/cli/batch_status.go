package cli

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// batchStatusOptions are the flags of batch status.
type batchStatusOptions struct {
	all, wait, json bool
	poll            time.Duration
}

func newBatchStatus(e *env) *cobra.Command {
	var o batchStatusOptions
	cmd := &cobra.Command{
		Use:   "status [OUT]",
		Short: "Ask how far a submitted batch is",
		Long: `Ask the provider how far a batch is: the one of OUT, or with --all each that
has a state file in this directory or below.`,
		Example: `  llmops batch status answers.jsonl
  llmops batch status answers.jsonl --wait --poll 1m
  llmops batch status --all`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runBatchStatus(cmd.Context(), e, o, strings.Join(args, ""))
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.all, "all", false, "all batches of this directory and those below")
	flags.BoolVar(&o.wait, "wait", false, "wait until they have ended")
	flags.DurationVar(&o.poll, "poll", 30*time.Second, "ask this often while waiting")
	flags.BoolVar(&o.json, "json", false, "print as JSON, a batch a document")
	return cmd
}

func runBatchStatus(ctx context.Context, e *env, o batchStatusOptions, output string) error {
	if err := checkPoll(o.poll); err != nil {
		return err
	}
	outputs := []string{output}
	switch {
	case output != "" && o.all:
		return diag.Errorf("--all and %s exclude each other", output)
	case output == "" && !o.all:
		return diag.Errorf("no batch is named").WithHint("name its output, or pass --all")
	case o.all:
		var err error
		if outputs, err = stateFiles("."); err != nil {
			return err
		}
		if len(outputs) == 0 {
			e.notice("there is no state file of a batch here")
		}
	}
	c, err := e.remoteBatches(ctx)
	if err != nil {
		return err
	}
	for _, out := range outputs {
		s, err := e.refreshBatch(ctx, c, out, o.wait, o.poll)
		if err != nil {
			return err
		}
		if err := e.printBatchState(out, s, o.json); err != nil {
			return err
		}
	}
	return nil
}

func checkPoll(poll time.Duration) error {
	if poll <= 0 {
		return diag.Errorf("--poll %s is not above zero", poll)
	}
	return nil
}

// refreshBatch asks how far a batch is, again and again when wait is set until it has ended.
func (e *env) refreshBatch(ctx context.Context, c *remote.Client, output string, wait bool, poll time.Duration) (*remote.State, error) {
	said := ""
	for {
		s, err := c.Refresh(ctx, output)
		if err != nil || !wait || s.Ended() || !s.Submitted() {
			return s, err
		}
		if line := e.shortPath(output) + ": " + waitLine(s); line != said {
			said = line
			e.info("%s", line)
		}
		timer := time.NewTimer(poll)
		select {
		case <-ctx.Done():
			timer.Stop()
			e.notice("stopped waiting; the batch goes on at the provider")
			return nil, &silentError{context.Cause(ctx)}
		case <-timer.C:
		}
	}
}

func waitLine(s *remote.State) string {
	done, all := 0, 0
	for _, p := range s.Parts {
		all += p.Requests
		if p.Batch != nil {
			n := p.Batch.Counts
			done += n.Succeeded + n.Failed + n.Canceled + n.Expired
		}
	}
	return stateWord(s) + ", " + grouped(done) + " of " + plural(all, "request") + " done"
}

// stateFiles finds the outputs that have a state file, below a directory.
func stateFiles(dir string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && path == dir:
			return err
		case err != nil:
			return nil // what cannot be read holds no batch of ours
		case d.IsDir() && path != dir && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return filepath.SkipDir
		case d.Type().IsRegular() && strings.HasSuffix(d.Name(), remote.StateSuffix):
			output := strings.TrimSuffix(path, remote.StateSuffix)
			if _, err := remote.LoadState(output); err == nil { // else it is some other program's
				found = append(found, output)
			}
		}
		return nil
	})
	return found, err
}

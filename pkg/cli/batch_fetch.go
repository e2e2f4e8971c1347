package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// batchFetchOptions are the flags of batch fetch.
type batchFetchOptions struct {
	errors, input      string
	wait, giveUp, json bool
	poll               time.Duration
}

func newBatchFetch(e *env) *cobra.Command {
	var o batchFetchOptions
	cmd := &cobra.Command{
		Use:   "fetch OUT",
		Short: "Write the answers of a submitted batch",
		Long: `Write the answers of a submitted batch to OUT, as batch run does. Parts that
have ended are fetched; the others later, by the same command. It may be
stopped anywhere: no answer is written or recorded twice. Requests that the
provider did not answer, for its 24 hours or a cancel, are errors in OUT; with
such records the exit code is 5.`,
		Example: `  llmops batch fetch answers.jsonl --wait
  llmops batch fetch answers.jsonl --errors failed.jsonl
  llmops batch submit failed.jsonl -o second.jsonl -m openai/gpt-4o-mini`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runBatchFetch(cmd.Context(), e, o, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.errors, "errors", "", "write the records that failed to this `FILE`, to run again")
	flags.StringVar(&o.input, "input", "", "`FILE` with the batch's records, for --errors, when it has moved")
	flags.BoolVar(&o.wait, "wait", false, "wait until the batch has ended")
	flags.DurationVar(&o.poll, "poll", 30*time.Second, "ask this often while waiting")
	flags.BoolVar(&o.giveUp, "give-up", false, "write an error for each record whose result is lost")
	flags.BoolVar(&o.json, "json", false, "print the summary as JSON")
	return cmd
}

func runBatchFetch(ctx context.Context, e *env, o batchFetchOptions, output string) error {
	if err := checkPoll(o.poll); err != nil {
		return err
	}
	if o.input != "" && o.errors == "" {
		return diag.Errorf("--input is for --errors")
	}
	if o.errors == output {
		return diag.Errorf("the output and the file of errors are the same file, %s", output)
	}
	c, err := e.remoteBatches(ctx)
	if err != nil {
		return err
	}
	if o.wait {
		if _, err := e.refreshBatch(ctx, c, output, true, o.poll); err != nil {
			return err
		}
	}
	res, err := c.Fetch(ctx, output, remote.FetchOptions{GiveUp: o.giveUp})
	if res == nil {
		return err
	}
	if res.Repaired > 0 {
		e.notice("%s: the last record was cut off; %d bytes of it are removed", output, res.Repaired)
	}
	if res.Unknown+res.Twice > 0 {
		e.notice("warning: left out %s of unknown records and %s of records that had one", plural(res.Unknown, "result"), plural(res.Twice, "result"))
	}
	if printErr := e.printFetched(output, res, o.json); printErr != nil {
		return printErr
	}
	if err != nil {
		e.notice("go on with: %s", e.again("batch", "fetch", output))
		if ctx.Err() != nil {
			return &silentError{err}
		}
		return err
	}
	if o.errors != "" && res.Complete {
		in := batch.Input{Name: o.input, Path: o.input}
		n, err := remote.WriteFailed(ctx, output, o.errors, in)
		if err != nil {
			return err
		}
		e.info("%s in %s", plural(n, "record"), e.shortPath(o.errors))
	}
	return fetchVerdict(e, output, res)
}

func fetchVerdict(e *env, output string, res *remote.Fetched) error {
	switch {
	case !res.Submitted():
		return diag.Errorf("the batch of %s is not all handed over", output).WithHint("run its batch submit again")
	case !res.Complete:
		return fmt.Errorf("the batch has not ended: %s; to wait for it: %s", stateWord(res.State), e.again("batch", "fetch", output, "--wait"))
	case res.Summary.Failed > 0:
		return &codedError{exitItems, fmt.Errorf("%s failed", plural(res.Summary.Failed, "record"))}
	}
	return nil
}

// batchFetchJSON is what batch fetch --json prints.
type batchFetchJSON struct {
	Schema  string         `json:"schema"` // "llmops.batch.fetch/v1"
	Summary *batch.Summary `json:"summary"`
	Unknown int            `json:"unknown_results"`
	Twice   int            `json:"double_results"`
	State   batchStateJSON `json:"state"`
}

func (e *env) printFetched(output string, res *remote.Fetched, asJSON bool) error {
	s := &res.Summary
	s.Complete = res.Complete
	if asJSON {
		return writeJSON(e.out, batchFetchJSON{"llmops.batch.fetch/v1", s, res.Unknown, res.Twice, newBatchState(output, res.State)})
	}
	p := lines{w: e.out}
	state := "complete"
	if !s.Complete {
		state = "not complete"
	}
	p.line("%s: %s, %s", e.shortPath(output), plural(s.Records, "record"), state)
	p.line("  succeeded  %s", grouped(s.Succeeded))
	if s.Failed > 0 {
		p.line("  failed     %s: %s", grouped(s.Failed), failureTypes(s.Types))
	}
	if u := s.Usage; u != nil {
		p.line("  tokens     %s in, %s out%s", grouped(u.Input()), grouped(u.Output), missing(s.Unknown, "unknown"))
	}
	switch {
	case s.Cost != nil:
		p.line("  cost       %s at the batch price%s", dollars(*s.Cost), missing(s.Unpriced, "unpriced"))
	case s.Succeeded > 0:
		p.line("  cost       unpriced")
	}
	return p.err
}

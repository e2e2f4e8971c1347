package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// batchListOptions are the flags of batch list.
type batchListOptions struct {
	provider string
	limit    int
	json     bool
}

func newBatchList(e *env) *cobra.Command {
	var o batchListOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the batches that the provider has",
		Long: `List the batches that the provider has, the newest first, also those that were
not made by llmops.`,
		Example: `  llmops batch list
  llmops batch list --provider anthropic --limit 100 --json`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runBatchList(cmd.Context(), e, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.provider, "provider", "", "`NAME` of the provider; that of the configured model if not set, or openai")
	flags.IntVar(&o.limit, "limit", 20, "list no more than this many; 0 lists all")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	return cmd
}

// batchListJSON is what batch list --json prints.
type batchListJSON struct {
	Schema   string         `json:"schema"` // "llmops.batch.list/v1"
	Provider string         `json:"provider"`
	Batches  []remote.Batch `json:"batches"`
	More     bool           `json:"more"` // the provider has more
}

func runBatchList(ctx context.Context, e *env, o batchListOptions) error {
	if o.limit < 0 {
		return diag.Errorf("--limit %d is below zero", o.limit)
	}
	name, err := e.batchProvider(o.provider)
	if err != nil {
		return err
	}
	c, err := e.remoteBatches(ctx)
	if err != nil {
		return err
	}
	doc := batchListJSON{Schema: "llmops.batch.list/v1", Provider: name, Batches: []remote.Batch{}}
	if doc.Batches, doc.More, err = c.List(ctx, name+"/-", o.limit); err != nil {
		return err
	}
	if o.json {
		return writeJSON(e.out, doc)
	}
	t := grid{header: []string{"batch", "status", "created", "requests", "succeeded", "failed"}, left: 3}
	for _, b := range doc.Batches {
		t.add(b.ID, strings.ReplaceAll(string(b.Status), "_", " "), b.Created.Local().Format(time.DateTime), grouped(b.Counts.Total),
			grouped(b.Counts.Succeeded), grouped(b.Counts.Failed+b.Counts.Expired+b.Counts.Canceled))
	}
	if len(t.rows) == 0 {
		e.notice("%s has no batch", name)
		return nil
	}
	if err := t.print(e); err != nil {
		return err
	}
	if doc.More {
		e.info("there are more: --limit 0 lists all")
	}
	return nil
}

// batchProvider is the provider that is asked when the flag names none.
func (e *env) batchProvider(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	cfg, err := e.config()
	if err != nil {
		return "", err
	}
	ref, err := e.modelRef(cfg.Model)
	if name, _, found := strings.Cut(ref, "/"); found {
		return name, err
	}
	return "openai", err
}

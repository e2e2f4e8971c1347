package cli

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/cache"
)

// cacheExportOptions are the flags of cache export.
type cacheExportOptions struct {
	cacheFilter
	out string
}

func newCacheExport(e *env) *cobra.Command {
	var o cacheExportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the answers in the cache as JSON Lines",
		Example: `  llmops cache export --model openai/gpt-4o-2024-08-06 > answers.jsonl
  llmops cache export --tenant acme -o answers.jsonl`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runCacheExport(cmd.Context(), e, o, time.Now()) },
	}
	o.flags(cmd)
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "write to this `FILE` instead of standard output")
	return cmd
}

func runCacheExport(ctx context.Context, e *env, o cacheExportOptions, now time.Time) error {
	f, err := o.filter(e, now)
	if err != nil {
		return err
	}
	store, err := e.existingCache(ctx)
	if err != nil {
		return err
	}
	heads, _, err := e.cacheEntries(ctx, f, 0)
	if err != nil {
		return err
	}
	return e.toFile(o.out, func(w io.Writer) error { return exportAnswers(ctx, w, store, heads, now) })
}

// exportAnswers writes the entries with their answers. What has expired or gone meanwhile is left out.
func exportAnswers(ctx context.Context, w io.Writer, store cache.Store, heads []cache.Entry, now time.Time) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, head := range heads {
		entry, err := store.Get(ctx, head.Key, now)
		if err != nil {
			return err
		}
		if entry == nil {
			continue
		}
		entry.Hits, entry.Used = head.Hits, head.Used
		if err := enc.Encode(entry); err != nil {
			return err
		}
	}
	return nil
}

package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"
)

func newCacheExport(e *env) *cobra.Command {
	var f cacheFilter
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Write the answers in the cache as JSON Lines",
		Example: "  llmops cache export --model openai/gpt-4o-2024-08-06 > answers.jsonl",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runCacheExport(cmd.Context(), e, f, time.Now()) },
	}
	f.flags(cmd)
	return cmd
}

func runCacheExport(ctx context.Context, e *env, o cacheFilter, now time.Time) error {
	f, err := o.filter(e, now)
	if err != nil {
		return err
	}
	store, err := e.existingCache(ctx)
	if store == nil || err != nil {
		return err
	}
	heads, _, err := e.cacheEntries(ctx, f, 0)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(e.out)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, head := range heads {
		entry, err := store.Get(ctx, head.Key, now)
		if err != nil {
			return err
		}
		if entry == nil {
			continue // expired, or removed meanwhile
		}
		entry.Hits, entry.Used = head.Hits, head.Used
		if err := enc.Encode(entry); err != nil {
			return err
		}
	}
	return out.Flush()
}

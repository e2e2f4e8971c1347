package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func newCache(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Look at the cache of answers and clear it",
		Long: `Look at the cache of answers and clear it. With cache: {on: true} or --cache on,
a question that was asked before with temperature 0 gets the answer it got then,
at no cost.`,
		Example: `  llmops cache stats
  llmops cache list --prompt customer-support
  llmops cache clear --older-than 30d`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(newCacheStats(e), newCacheList(e), newCacheShow(e), newCacheClear(e), newCacheExport(e))
	return cmd
}

// cacheFilter are the flags that choose entries.
type cacheFilter struct {
	model  string
	prompt string
	older  string
}

func (f *cacheFilter) flags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.model, "model", "m", "", "only answers of this `MODEL`")
	cmd.Flags().StringVarP(&f.prompt, "prompt", "p", "", "only answers to this prompt: `NAME` or NAME@VERSION")
	cmd.Flags().StringVar(&f.older, "older-than", "", "only answers kept longer than this `AGE`: 30d, 48h")
}

// filter is what the flags ask for. The tenant counts only when --tenant names one.
func (f *cacheFilter) filter(e *env, now time.Time) (cache.Filter, error) {
	out := cache.Filter{Tenant: e.tenant, Model: f.model, Prompt: f.prompt}
	if f.older != "" {
		age, ok := parseAgo(f.older)
		if !ok {
			return out, diag.Errorf("--older-than %q is no age", f.older).WithHint("for example 30d, 2w or 12h")
		}
		out.Before = now.Add(-age)
	}
	return out, nil
}

// byteSize writes a size for a reader, in units of 1000.
func byteSize(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/report"
)

func newCacheStats(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "stats",
		Short:   "Tell how much the cache holds and how often it answered",
		Example: "  llmops cache stats --json",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runCacheStats(cmd.Context(), e, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func runCacheStats(ctx context.Context, e *env, asJSON bool) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	store, err := e.existingCache(ctx)
	if err != nil {
		return err
	}
	st := cache.Stats{Limit: cfg.Cache.MaxMB * 1_000_000}
	if store != nil {
		if st, err = e.cacheStats(ctx, store, time.Now()); err != nil {
			return err
		}
	}
	if asJSON {
		return report.JSON(e.out, struct {
			Schema string `json:"schema"`
			On     bool   `json:"on"`
			Store  string `json:"store"`
			Tenant string `json:"tenant,omitempty"` // whose answers these are; all tenants' without it
			cache.Stats
		}{"llmops.cache.stats/v1", cfg.Cache.On, cfg.Cache.Store, e.tenant, st})
	}
	state := "off"
	if cfg.Cache.On {
		state = "on"
	}
	_, err = fmt.Fprintf(e.out, "cache     %s (%s)\nanswers   %d, %d of them expired\nsize      %s of %s\nhits      %d by the answers that are there\n",
		state, cfg.Cache.Store, st.Entries, st.Expired, byteSize(st.Bytes), byteSize(st.Limit), st.Hits)
	return err
}

// cacheStats sums up the answers of the tenant that --tenant names, or of all. The limit is one for all.
func (e *env) cacheStats(ctx context.Context, store cache.Keeper, now time.Time) (cache.Stats, error) {
	st, err := store.Stats(ctx, now)
	if err != nil || e.tenant == "" {
		return st, err
	}
	st = cache.Stats{Limit: st.Limit}
	for k, err := range store.Each(ctx, cache.Filter{Tenant: e.tenant}) {
		if err != nil {
			return st, err
		}
		st.Entries++
		st.Bytes += k.Size
		st.Hits += k.Hits
		if !k.Expires.IsZero() && !k.Expires.After(now) {
			st.Expired++
		}
	}
	return st, nil
}

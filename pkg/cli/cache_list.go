package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/report"
)

// cacheListOptions are the flags of cache list.
type cacheListOptions struct {
	cacheFilter
	limit int
	json  bool
}

func newCacheList(e *env) *cobra.Command {
	var o cacheListOptions
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the answers in the cache, the last used first",
		Example: "  llmops cache list -n 5\n  llmops cache list --tenant acme --json",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runCacheList(cmd.Context(), e, o, time.Now()) },
	}
	o.flags(cmd)
	cmd.Flags().IntVarP(&o.limit, "limit", "n", 50, "at most this many; 0 means all")
	cmd.Flags().BoolVar(&o.json, "json", false, "print as JSON")
	return cmd
}

func runCacheList(ctx context.Context, e *env, o cacheListOptions, now time.Time) error {
	if o.limit < 0 {
		return diag.Errorf("--limit %d is below zero", o.limit)
	}
	f, err := o.filter(e, now)
	if err != nil {
		return err
	}
	entries, more, err := e.cacheEntries(ctx, f, o.limit)
	if err != nil {
		return err
	}
	if o.json {
		return report.JSON(e.out, struct {
			Schema  string        `json:"schema"`
			Entries []cache.Entry `json:"entries"`
			More    bool          `json:"more"`
		}{"llmops.cache.list/v1", entries, more})
	}
	if len(entries) == 0 {
		e.notice("the cache has no such answer")
		return nil
	}
	g := &grid{header: []string{"key", "model", "prompt", "tenant", "size", "hits", "used", "state"}, left: 4}
	for _, k := range entries {
		state := ""
		if !k.Expires.IsZero() && !k.Expires.After(now) {
			state = "expired"
		}
		g.add(k.Key[:min(12, len(k.Key))], k.Model, k.Prompt, k.Tenant, byteSize(k.Size), strconv.FormatInt(k.Hits, 10), k.Used.Local().Format("01-02 15:04"), state)
	}
	g.dropEmpty()
	if err := e.fitted(g, 1, 2); err != nil {
		return err
	}
	if more {
		e.notice("more are there: -n 0 lists all")
	}
	return nil
}

// cacheEntries reads at most limit entries, and tells whether there are more. 0 means no limit.
func (e *env) cacheEntries(ctx context.Context, f cache.Filter, limit int) (entries []cache.Entry, more bool, err error) {
	entries = []cache.Entry{}
	store, err := e.existingCache(ctx)
	if store == nil || err != nil {
		return entries, false, err
	}
	for k, err := range store.Each(ctx, f) {
		if err != nil {
			return nil, false, err
		}
		if limit > 0 && len(entries) == limit {
			return entries, true, nil
		}
		entries = append(entries, k)
	}
	return entries, false, nil
}

// cacheEntry finds the one entry whose key begins so, and reads it.
func (e *env) cacheEntry(ctx context.Context, key string) (*cache.Entry, error) {
	found, more, err := e.cacheEntries(ctx, cache.Filter{Key: key, Tenant: e.tenant}, 1)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, diag.Errorf("the cache has no answer with the key %q", key).WithHint("`llmops cache list` shows the keys")
	case more:
		return nil, diag.Errorf("several keys begin with %q", key).WithHint("give more of the key; `llmops cache list --json` shows whole ones")
	}
	store, err := e.existingCache(ctx)
	if err != nil {
		return nil, err
	}
	entry, err := store.Get(ctx, found[0].Key, time.Unix(0, 0)) // an expired one too
	if entry == nil && err == nil {
		err = fmt.Errorf("the answer with the key %.12s has just been removed", found[0].Key)
	}
	if err != nil {
		return nil, err
	}
	entry.Hits, entry.Used = found[0].Hits, found[0].Used
	return entry, nil
}
